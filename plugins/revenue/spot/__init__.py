"""抽查 spot checks: a published head draws vouchers of a period, residents look at the papers in the office, and results are published."""
