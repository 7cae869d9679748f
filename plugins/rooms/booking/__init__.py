"""Taking a time: rules, the slots that cannot overlap, and every change of a booking."""
