"""Pages of calls; being filled."""

from flask import Blueprint

pages = Blueprint("calls", __name__)
