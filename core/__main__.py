"""`python -m core` equals `linli`."""

from core.cli import main

main(prog_name="linli")
