"""What happens to a case, from the first word of it to the archived file; the first argument of every act is the `Actor`."""
