"""The budget of a year: entered by one person, decided by another on minutes, in versions, and compared with what came and went."""
