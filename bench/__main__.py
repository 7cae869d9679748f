"""Runs the benchmarks named on the command line, or all."""

import importlib
import sys
from pathlib import Path


def main() -> None:
    """Print each figure on a line of its own as it is measured."""
    names = sys.argv[1:] or sorted(
        path.stem
        for path in Path(__file__).parent.glob("[a-z]*.py")
        if path.stem not in ("server", "client", "booked_rooms")
    )
    for name in names:
        for line in importlib.import_module(f"bench.{name}").figures():
            print(f"{name}: {line}", flush=True)


if __name__ == "__main__":
    main()
