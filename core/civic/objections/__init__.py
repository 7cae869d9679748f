"""Objections 异议 to notices and their public answers."""
