"""Numbers have no gaps, also after a rollback, and each community and kind counts alone."""

import pytest

from core.store.db import transaction
from core.store.sequence import next_number


def test_counts_without_gaps_after_a_rollback(store):
    with transaction(store.west):
        assert next_number(store.west, 2026, "notice") == 1
    with pytest.raises(RuntimeError), transaction(store.west):
        next_number(store.west, 2026, "notice")
        raise RuntimeError
    with transaction(store.west):
        assert next_number(store.west, 2026, "notice") == 2


def test_each_community_year_and_kind_counts_alone(store):
    with transaction(store.west):
        next_number(store.west, 2026, "notice")
        assert next_number(store.west, 2027, "notice") == 1
        assert next_number(store.west, 2026, "case") == 1
        assert next_number(store.south, 2026, "notice") == 1


def test_refuses_to_count_outside_a_transaction(store):
    with pytest.raises(RuntimeError):
        next_number(store.west, 2026, "notice")
