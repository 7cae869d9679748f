"""Allocations and projects: decided, published twice, signed, verified and paid."""
