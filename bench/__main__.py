"""Runs the benchmarks named on the command line, or all."""

import importlib
import sys
from pathlib import Path

PARTS = ("server", "client", "booked_rooms", "posted_books")  # of benchmarks, not benchmarks themselves


def main() -> None:
    """Print each figure on a line of its own as it is measured; exits 2 for a name that is none."""
    there = sorted(path.stem for path in Path(__file__).parent.glob("[a-z]*.py") if path.stem not in PARTS)
    names = sys.argv[1:] or there
    if unknown := [name for name in names if name not in there]:
        print(f"no benchmark {', '.join(unknown)}; there are: {', '.join(there)}", file=sys.stderr)
        sys.exit(2)
    for name in names:
        for line in importlib.import_module(f"bench.{name}").figures():
            print(f"{name}: {line}", flush=True)


if __name__ == "__main__":
    main()
