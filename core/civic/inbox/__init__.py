"""What waits for whom: to-dos asked of every module and never stored, standing in for a colleague, handing over."""
