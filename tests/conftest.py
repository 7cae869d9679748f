"""Tests of the project use the fixtures that plugin authors use."""

pytest_plugins = ["core.testing"]
