"""The rules on a reported row, each with a row that breaks it and one that does not."""

from __future__ import annotations

from dataclasses import replace

import pytest

from cchc_xl import checks
from cchc_xl.plan import Item
from cchc_xl.returns import ReportedRow

ITEM = Item("p", "1.1.1", "activity", "1.1", "Việc", budget=100_000_000)
GOOD = ReportedRow(ITEM, 12, {}, status="Hoàn thành", percent=100, proof="12/QĐ", spent=100_000_000)
NO_BUDGET = replace(ITEM, budget=None)


@pytest.mark.parametrize(
    ("rule", "row", "code"),
    [
        ("spent_within_budget", GOOD._replace(spent=100_000_001), "spent-over-budget"),
        ("spent_within_budget", GOOD._replace(item=replace(ITEM, budget=0), spent=1),
         "spent-over-budget"),
        ("spent_has_a_budget", GOOD._replace(item=NO_BUDGET, spent=1), "spent-without-budget"),
        ("spent_is_reported", GOOD._replace(spent=None), "spent-missing"),
        ("done_has_evidence", GOOD._replace(proof=""), "done-without-evidence"),
        ("full_percent_is_done", GOOD._replace(status="Đang thực hiện"), "full-percent-not-done"),
        ("done_is_full_percent", GOOD._replace(percent=99), "done-below-full-percent"),
        ("has_a_status", GOOD._replace(status=None), "status-missing"),
    ],
)  # fmt: skip
def test_a_broken_rule_is_found(rule, row, code):
    assert getattr(checks, rule)(row)[0] == code
    assert getattr(checks, rule)(GOOD) is None


def test_every_rule_is_in_force():
    functions = [f for name, f in vars(checks).items() if getattr(f, "__module__", "") ==
                 checks.__name__ and callable(f) and name != "check_return"]  # fmt: skip
    assert set(checks.RULES) == set(functions)


def test_nothing_spent_is_never_over_budget():
    for spent in (None, 0):
        row = GOOD._replace(item=NO_BUDGET, spent=spent)
        assert checks.spent_has_a_budget(row) is None


def test_a_status_that_could_not_be_read_is_not_called_missing():
    row = GOOD._replace(status=None, unread=frozenset({"status"}))
    assert checks.has_a_status(row) is None
