"""The plugin kernel: what a plugin declares, how it is found, checked, switched on and called."""
