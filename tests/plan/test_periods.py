"""Periods, their due days, and how many collections they ask for."""

from __future__ import annotations

import datetime

import pytest

from cchc_xl.plan.periods import collections_done, collections_due, periods_of


def test_the_periods_of_a_year():
    periods = {p.id: p for p in periods_of(2018)}
    assert list(periods) == ["2018-Q1", "2018-6T", "2018-9T", "2018-NAM"]
    assert periods["2018-6T"].due_before == datetime.date(2018, 6, 1)
    assert periods["2018-NAM"].due_before == datetime.date(2018, 11, 30)
    assert periods["2018-6T"].answered_on == datetime.date(2018, 5, 31)
    assert periods["2018-Q1"].answered_on == datetime.date(2018, 3, 31)


def test_a_deadline_passes_when_returns_are_due_or_the_period_ends():
    periods = {p.id: p.overdue_before.isoformat() for p in periods_of(2018)}
    assert periods == {
        "2018-Q1": "2018-04-01",
        "2018-6T": "2018-06-01",
        "2018-9T": "2018-10-01",
        "2018-NAM": "2018-11-30",
    }


def test_a_decision_may_set_other_days():
    periods = {p.id: p for p in periods_of(2026, {"6T": (6, 10)})}
    assert periods["2026-6T"].due_before == datetime.date(2026, 6, 10)
    assert periods["2026-NAM"].due_before == datetime.date(2026, 11, 30)


@pytest.mark.parametrize(
    ("frequency", "due"),
    [
        ("Hàng quý", [1, 2, 3, 4]),
        ("04 lần", [1, 2, 3, 4]),
        ("02 lần", [0, 1, 1, 2]),
        ("01 lần", [0, 0, 0, 1]),
        ("Hàng tháng", [3, 6, 9, 12]),
        ("01 lần/quý", [1, 2, 3, 4]),
        ("01 lần/tháng", [3, 6, 9, 12]),
        ("02 lần/năm", [0, 1, 1, 2]),
        ("01 lần/6 tháng", [0, 1, 1, 2]),
        ("3 tháng/lần", [1, 2, 3, 4]),
        ("Mỗi quý một lần", [1, 2, 3, 4]),
        ("01 lần/12 tháng", [0, 0, 0, 1]),
        ("01 lần/10 tháng", [0, 0, 0, 1]),
        ("0 tháng/lần", [3, 6, 9, 12]),
        ("Định kỳ 6 tháng", [0, 1, 1, 2]),
        ("Thường xuyên", [None] * 4),
        ("", [None] * 4),
    ],
)
def test_collections_due_by_the_end_of_each_period(frequency, due):
    assert [collections_due(frequency, period) for period in periods_of(2018)] == due


@pytest.mark.parametrize(
    ("frequency", "reported", "at", "expected"),
    [
        ("Hàng quý", ["2018-Q1", "2018-6T"], "2018-6T", (2, 2)),
        ("Hàng quý", ["2018-6T"], "2018-6T", (1, 2)),
        ("02 lần", ["2018-Q1", "2018-6T"], "2018-NAM", (1, 2)),  # both of the first half
        ("02 lần", ["2018-6T", "2018-NAM"], "2018-NAM", (2, 2)),
        ("01 lần", ["2018-6T"], "2018-6T", (0, 0)),
        ("03 lần", ["2018-6T"], "2018-6T", (1, 1)),
        ("02 lần", ["2018-9T"], "2018-9T", (1, 1)),
        ("01 lần", ["2018-NAM"], "2018-NAM", (1, 1)),
        ("Thường xuyên", ["2018-6T"], "2018-6T", (0, None)),
    ],
)
def test_a_collection_is_done_once(frequency, reported, at, expected):
    periods = {p.id: p for p in periods_of(2018)}
    complete = [periods[period_id] for period_id in reported]
    assert collections_done(frequency, periods[at], complete) == expected
