"""Accounts, funds, movements and their chain: what is posted, and that it cannot be changed."""
