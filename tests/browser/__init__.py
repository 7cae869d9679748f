"""Tests in a real browser against a real server, and the gallery of the design system."""
