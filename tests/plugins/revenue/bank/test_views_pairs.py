"""Money that came and went back, on its pages: said by one, confirmed by another, and kept on the sheet."""

from tests.plugins.revenue.bank.conftest import table
from tests.plugins.revenue.bank.test_views import BASE, bank, clerk, head, text, uploaded

__all__ = ["bank", "clerk", "head"]


def test_money_that_went_back_is_said_by_one_and_confirmed_by_another(clerk, head, bank):
    clerk.send(f"{uploaded(clerk, bank, table((5, 100_00), (8, -100_00)).encode())}/take")
    assert 'name="other"' in text(clerk.get(f"{BASE}/lines/1"))
    assert clerk.send(f"{BASE}/lines/1/returned", words="", other="2").status_code == 422
    assert clerk.send(f"{BASE}/lines/1/returned", words="户名写错").status_code == 422
    assert clerk.send(f"{BASE}/lines/1/returned", words="户名写错", other="2").status_code == 303
    assert "户名写错" in text(clerk.get(f"{BASE}/lines/2")) and clerk.get(f"{bank}/match").status_code == 200
    assert "户名写错" in text(head.get(f"{BASE}/fees"))
    assert clerk.send(f"{BASE}/returned/1", answer="approve").status_code == 403
    assert head.send(f"{BASE}/returned/1", answer="approve").status_code == 303
    for page in (f"{BASE}/matches/1", f"{bank}/months/2026-01", f"{bank}/months/2026-01/print"):
        assert "户名写错" in text(head.get(page)), page
