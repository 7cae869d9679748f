"""Tests in a real browser, and the gallery of the design system."""
