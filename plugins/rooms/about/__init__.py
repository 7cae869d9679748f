"""What the module declares to core about itself: records, exports, privacy, audit words, its part of the first pages."""
