"""Donations and pledges, petty cash and opening balances."""
