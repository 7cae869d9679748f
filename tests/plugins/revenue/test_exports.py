"""Every list of the module as a file: its header, rows that fit it, and only for holders of its permission, on both engines."""

from __future__ import annotations

import io
from dataclasses import replace

import openpyxl
import pytest

from core.actor import command
from core.errors import Forbidden, NotFound
from core.operate import exports
from core.testing import WEST_HILL
from tests import town as towns


@pytest.fixture
def registry(app):
    """The plugins of the application, with 西山社区 full of records."""
    towns.build(app, WEST_HILL, "西隐")
    return app.extensions["linli_registry"]


def holder(*permissions):
    """Somebody who may export and holds exactly `permissions` besides."""
    return replace(
        command(WEST_HILL), kind="staff", label="王主任", permissions=frozenset({exports.EXPORT, *permissions})
    )


def test_every_list_has_rows_under_its_header_and_is_for_holders_of_its_permission(registry):
    lists = [item for plugin, item in registry.declared("exports") if plugin == "revenue"]
    assert lists
    for item in lists:
        made = exports.file_of(registry, holder(item.permission), item.name, "xlsx", {})
        header, *rows = openpyxl.load_workbook(io.BytesIO(made.content)).active.iter_rows(values_only=True)
        assert list(header) == [str(title) for title in item.columns], item.name
        assert all(len(row) == len(header) for row in rows), item.name
        with pytest.raises((Forbidden, NotFound)):
            exports.file_of(registry, holder(), item.name, "xlsx", {})
