"""The rules on a reported row, each with a row that breaks it and one that does not."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from cchc_xl.ledger import checks
from cchc_xl.ledger.checks import Case, Past
from cchc_xl.plan.model import Item
from cchc_xl.plan.rules import RULES
from cchc_xl.returns.returned import ReportedRow

ITEM = Item("p", "1.1.1", "activity", "1.1", "Việc", budget=100_000_000)
GOOD = ReportedRow(
    ITEM,
    12,
    {},
    status="Hoàn thành",
    percent=Decimal(100),
    proof="12/QĐ",
    spent=100_000_000,
    given={"title": "Việc", "budget": 100.0},
)
NO_BUDGET = replace(ITEM, budget=None)
BEFORE = Past().followed_by("Quý I", GOOD)


def breach(code, row, past=BEFORE):
    limit = RULES[code].threshold or Decimal(0)
    return checks.RULES[code](Case(row, past, None, 8_000_000_000, limit))


@pytest.mark.parametrize(
    ("code", "row"),
    [
        ("spent-over-budget", GOOD._replace(spent=100_000_001)),
        ("spent-over-budget", GOOD._replace(item=replace(ITEM, budget=0), spent=1)),
        ("spent-implausible", GOOD._replace(spent=500_000_001)),
        ("spent-implausible", GOOD._replace(item=NO_BUDGET, spent=8_000_000_001)),
        ("spent-without-budget", GOOD._replace(item=NO_BUDGET, spent=1)),
        ("spent-missing", GOOD._replace(spent=None)),
        ("spent-maybe-thousands", GOOD._replace(spent=99_999)),
        ("spent-fell", GOOD._replace(spent=99_999_999)),
        ("percent-fell", GOOD._replace(percent=Decimal(99))),
        ("done-reopened", GOOD._replace(status="Đang thực hiện")),
        ("done-without-evidence", GOOD._replace(proof="")),
        ("full-percent-not-done", GOOD._replace(status="Đang thực hiện")),
        ("done-below-full-percent", GOOD._replace(percent=Decimal(99))),
        ("status-missing", GOOD._replace(status=None)),
        ("given-changed", GOOD._replace(given={"title": "Việc", "budget": 101.0})),
    ],
)
def test_a_broken_rule_is_found(code, row):
    assert breach(code, row) is not None
    assert breach(code, GOOD) is None


def test_the_unit_that_was_probably_typed_is_proposed():
    typed_in_thousands = breach("spent-implausible", GOOD._replace(spent=90_000_000_000))
    assert typed_in_thousands.details["unit"] == "nghìn đồng"
    assert typed_in_thousands.details["likely"] == "90"
    typed_in_dong = breach("spent-implausible", GOOD._replace(spent=90_000_000_000_000))
    assert (typed_in_dong.details["unit"], typed_in_dong.details["likely"]) == ("đồng", "90")


def test_nothing_spent_is_never_over_budget():
    for spent in (None, 0):
        assert breach("spent-without-budget", GOOD._replace(item=NO_BUDGET, spent=spent)) is None


def test_a_status_that_could_not_be_read_is_not_called_missing():
    row = GOOD._replace(status=None, unread=frozenset({"status"}))
    assert breach("status-missing", row) is None


def test_without_a_past_nothing_fell():
    low = GOOD._replace(spent=1, percent=Decimal(1), status="Chưa thực hiện")
    for code in ("spent-fell", "percent-fell", "done-reopened"):
        assert breach(code, low, past=Past()) is None
