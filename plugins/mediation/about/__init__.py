"""What the module declares to core about itself: records, privacy, audit words, its place in the navigations."""
