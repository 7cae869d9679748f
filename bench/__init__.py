"""Benchmarks: each module's `figures()` yields lines, every figure a ratio to a limit measured in the same run.

`python -m bench` runs all of them, `python -m bench pages` one. Nothing here is asserted: machines are noisy.
"""
