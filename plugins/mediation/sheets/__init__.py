"""The official forms on A4, printed from the records."""
