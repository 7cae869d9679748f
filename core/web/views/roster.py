"""Pages of roster; being filled."""

from flask import Blueprint

pages = Blueprint("roster", __name__)
