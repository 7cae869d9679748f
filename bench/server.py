"""The limit that pages are measured against, served like them: `python -m bench.server PORT`."""

from __future__ import annotations

import logging
import sys

from flask import Flask


def hello() -> Flask:
    """Flask's smallest application."""
    app = Flask("hello")

    @app.get("/")
    def index() -> str:
        return "hello"

    return app


def main() -> None:
    """Serve it with the options of `linli serve` until the process is ended."""
    app = hello()
    import waitress

    # Saying that a request waits for a thread would cost more than the request.
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)
    poll = sys.platform != "win32"
    waitress.serve(app, host="127.0.0.1", port=int(sys.argv[1]), threads=4, asyncore_use_poll=poll, ident=None)


if __name__ == "__main__":
    main()
