"""What every community has whatever plugins it enables. One folder per service; single files where one is enough."""
