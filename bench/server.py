"""What is measured, served by the same waitress: `python -m bench.server PORT hello|wsgi|linli [INSTANCE]`."""

from __future__ import annotations

import logging
import sys
from typing import Any

THREADS = 4


def hello() -> Any:
    """The limit: Flask's smallest application."""
    from flask import Flask

    app = Flask("hello")

    @app.get("/")
    def index() -> str:
        return "hello"

    return app


def main() -> None:
    """Serve one application until the process is ended."""
    port, kind = int(sys.argv[1]), sys.argv[2]
    if kind == "hello":
        app = hello()
    else:
        from core.cli import loading

        with loading():
            from core.app import create_app
            from core.config import load_config

            app = create_app(load_config(sys.argv[3]))
    import waitress

    # Saying that a request waits for a thread would cost more than the request.
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)
    waitress.serve(app, host="127.0.0.1", port=port, threads=THREADS)


if __name__ == "__main__":
    main()
