"""Operators, contracts, declarations, dues and receipts."""
