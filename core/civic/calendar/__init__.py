"""Statutory holidays and make-up workdays, and counting in working days (`days`); the lists of later years are loaded."""
