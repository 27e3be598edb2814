"""The rules on a reported row, each with a row that breaks it and one that does not."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from cchc_xl.findings.rules import RULES
from cchc_xl.ledger.checks import CHECKS, Case, Past
from cchc_xl.plan.model import Item
from cchc_xl.plan.statuses import Status
from cchc_xl.returns.returned import ReportedRow

ITEM = Item("p", "1.1.1", "activity", "1.1", "Việc", budget=100_000_000)
GOOD = ReportedRow(
    ITEM,
    12,
    {},
    {"status": Status.DONE, "percent": Decimal(100), "proof": "12/QĐ", "spent": 100_000_000},
    given={"title": "Việc", "budget": 100.0},
)
NO_BUDGET = replace(ITEM, budget=None)
BEFORE = Past().followed_by("Quý I", GOOD)


def breach(code, row, past=BEFORE):
    limit = RULES[code].threshold or Decimal(0)
    return CHECKS[code](Case(row, past, None, 8_000_000_000, limit))


@pytest.mark.parametrize(
    ("code", "row"),
    [
        ("spent-over-budget", GOOD.saying(spent=100_000_001)),
        ("spent-over-budget", replace(GOOD.saying(spent=1), item=replace(ITEM, budget=0))),
        ("spent-implausible", GOOD.saying(spent=500_000_001)),
        ("spent-implausible", replace(GOOD.saying(spent=8_000_000_001), item=NO_BUDGET)),
        ("spent-without-budget", replace(GOOD.saying(spent=1), item=NO_BUDGET)),
        ("spent-missing", GOOD.saying(spent=None)),
        ("spent-maybe-thousands", GOOD.saying(spent=99_999)),
        ("spent-fell", GOOD.saying(spent=99_999_999)),
        ("percent-fell", GOOD.saying(percent=Decimal(99))),
        ("done-reopened", GOOD.saying(status="Đang thực hiện")),
        ("done-without-evidence", GOOD.saying(proof="")),
        ("full-percent-not-done", GOOD.saying(status="Đang thực hiện")),
        ("done-below-full-percent", GOOD.saying(percent=Decimal(99))),
        ("status-missing", GOOD.saying(status=None)),
        ("given-changed", replace(GOOD, given={"title": "Việc", "budget": 101.0})),
    ],
)
def test_a_broken_rule_is_found(code, row):
    assert breach(code, row) is not None
    assert breach(code, GOOD) is None


def test_the_unit_that_was_probably_typed_is_proposed():
    typed_in_thousands = breach("spent-implausible", GOOD.saying(spent=90_000_000_000))
    assert typed_in_thousands.details["unit"] == "nghìn đồng"
    assert typed_in_thousands.details["likely"] == "90"
    typed_in_dong = breach("spent-implausible", GOOD.saying(spent=90_000_000_000_000))
    assert (typed_in_dong.details["unit"], typed_in_dong.details["likely"]) == ("đồng", "90")


def test_nothing_spent_is_never_over_budget():
    for spent in (None, 0):
        row = replace(GOOD.saying(spent=spent), item=NO_BUDGET)
        assert breach("spent-without-budget", row) is None


def test_a_status_that_could_not_be_read_is_not_called_missing():
    row = GOOD.without({"status"})
    assert breach("status-missing", row) is None


def test_without_a_past_nothing_fell():
    low = GOOD.saying(spent=1, percent=Decimal(1), status="Chưa thực hiện")
    for code in ("spent-fell", "percent-fell", "done-reopened"):
        assert breach(code, low, past=Past()) is None
