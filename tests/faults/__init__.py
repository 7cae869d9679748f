"""Faults and races, against real processes: what must hold when machines, people and plugins do their worst."""
