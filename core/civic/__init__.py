"""What every community has whatever plugins it enables: workflows and the call list."""
