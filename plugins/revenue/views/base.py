"""The blueprint of the module, and what several of its pages share."""

from __future__ import annotations

from flask import Blueprint

blueprint = Blueprint("revenue", __name__)
