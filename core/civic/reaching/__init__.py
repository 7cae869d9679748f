"""Reaching people: the call list, messages in the application and on paper, how each person wants to be reached."""
