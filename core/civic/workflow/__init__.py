"""State machines that modules declare: `engine` is the only way a state changes, `versions` what a community set otherwise."""
