"""Statements of the account holder, matching, reconciliation and the closing of months."""
