"""Pages of areas; being filled."""

from flask import Blueprint

pages = Blueprint("areas", __name__)
