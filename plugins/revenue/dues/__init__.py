"""Operators, contracts, declarations and what becomes due and is received."""
