"""Facts as analysts get them: a typed frame in which nothing is guessed."""

from __future__ import annotations

import shutil
from decimal import Decimal

import pandas as pd

import cchc_xl
from cchc_xl.ledger.frame import COLUMNS, facts_of, frame_of
from tests.support.year import FIRST, PERIOD


def test_the_facts_of_a_frame_are_those_it_was_made_of(two_periods):
    ledger = two_periods.ledger
    frame = frame_of([ledger])
    assert list(frame.columns) == list(COLUMNS) and len(frame) == len(ledger.facts)
    assert facts_of(frame) == list(ledger.facts)


def test_money_is_whole_dong_and_what_is_missing_is_not_zero(two_periods):
    frame = frame_of([two_periods.ledger])
    assert str(frame["spent"].dtype) == "Int64" and str(frame["percent"].dtype) == "Float64"
    silent = frame[frame["file"].isna()]
    assert len(silent) and silent["spent"].isna().all() and silent["result"].isna().all()
    assert set(silent["status"]) == {"Chưa báo cáo"}
    known = [fact.spent for fact in two_periods.ledger.facts if fact.spent is not None]
    assert frame["spent"].sum() == sum(known)
    (mean,) = {Decimal(str(frame["percent"].dropna().iloc[0]))}
    assert mean == next(f.percent for f in two_periods.ledger.facts if f.percent is not None)


def test_a_folder_opens_as_frames_and_nothing_is_written(year, tmp_path):
    root = shutil.copytree(year, tmp_path / "CCHC-2018")
    before = {path: path.stat().st_mtime_ns for path in root.rglob("*")}
    opened = cchc_xl.open(root)
    assert PERIOD in opened.periods
    facts, so_far = opened.facts(PERIOD), opened.year(PERIOD)
    assert set(facts["period"]) == {PERIOD} and list(so_far["period"].unique()) == [FIRST, PERIOD]
    spent = so_far.groupby(["period", "plan"])["spent"].sum(min_count=1)
    assert spent[PERIOD].sum() == facts["spent"].sum()
    assert isinstance(facts, pd.DataFrame)
    assert before == {path: path.stat().st_mtime_ns for path in root.rglob("*")}
