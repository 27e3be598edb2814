"""Rules as data: what officers see and set on the sheet Quy tắc, and what it does."""

from __future__ import annotations

import datetime
from decimal import Decimal

import openpyxl
import pytest

from cchc_xl.cli.steps import read_returns, try_rule
from cchc_xl.findings.rules import RULES
from cchc_xl.findings.severity import Severity
from cchc_xl.ledger.checks import CHECKS
from cchc_xl.master.opening import load
from cchc_xl.period.dispatch import make_forms
from tests.support.forms import edit_workbook, form_of, return_form

PERIOD = "2018-6T"
ENTRIES = {
    "1.1.3": {"status": "Hoàn thành", "percent": 100, "spent": 20},  # of 15 triệu, no evidence
    "1.3.4": {"status": "Đang thực hiện", "percent": 100, "proof": "1/BC", "spent": 1},
}


@pytest.fixture
def returned(workspace):
    form = form_of(workspace, PERIOD, "Sở Tư pháp")
    return return_form(form, workspace / PERIOD / "nhan-ve", ENTRIES)


def set_rule(workspace, code, **changes):
    names = {"severity": "Mức độ", "use": "Áp dụng", "threshold": "Ngưỡng"}
    edit_workbook(
        workspace / "CCHC-2018.xlsm",
        "Quy tắc",
        {"Mã quy tắc": code},
        **{names[name]: value for name, value in changes.items()},
    )


def read(workspace):
    reading = read_returns(load(workspace), PERIOD)
    found = {f.code: f.severity for f in reading.findings if f.code in RULES}
    return reading.ledger, found


def test_every_rule_stands_on_the_sheet_with_what_it_does(workspace):
    page = openpyxl.load_workbook(workspace / "CCHC-2018.xlsm")["Quy tắc"]
    rows = {row[0]: row[1:] for row in page.iter_rows(5, values_only=True) if row[0]}
    assert rows.keys() == RULES.keys()
    assert rows["spent-over-budget"][1:] == ("Có", "Cảnh báo", 100, "% dự toán")
    assert all(rule.what and rule.severity != Severity.INFO for rule in RULES.values())


def test_every_rule_on_rows_has_its_function():
    assert set(CHECKS) == set(RULES) - {"spent-over-budget-together"}


def test_as_declared_a_warning_counts(workspace, returned):
    ledger, found = read(workspace)
    assert found == dict.fromkeys(
        ("spent-over-budget", "done-without-evidence", "full-percent-not-done"), "warning"
    )
    assert ledger.items["3598-2017", "1.1.3"].spent == 20_000_000


def test_made_an_error_a_rule_leaves_the_figure_out_and_says_so(workspace, returned):
    set_rule(workspace, "spent-over-budget", severity="Lỗi")
    set_rule(workspace, "done-without-evidence", severity="Lỗi")
    ledger, found = read(workspace)
    row = ledger.items["3598-2017", "1.1.3"]
    assert (row.spent, row.status) == (None, "Chưa báo cáo")
    assert found["spent-over-budget"] == found["done-without-evidence"] == "error"
    messages = [f.message for f in ledger.findings if f.code == "spent-over-budget"]
    assert messages[0].endswith("không được tính.")


def test_switched_off_a_rule_says_nothing(workspace, returned):
    set_rule(workspace, "spent-over-budget", use="Không")
    assert "spent-over-budget" not in read(workspace)[1]


def test_on_trial_a_rule_is_shown_and_changes_no_figure(workspace, returned):
    set_rule(workspace, "spent-over-budget", use="Thử", severity="Lỗi")
    ledger, found = read(workspace)
    assert found["spent-over-budget"] == "trial"
    assert ledger.items["3598-2017", "1.1.3"].spent == 20_000_000


def test_a_threshold_moves_the_rule(workspace, returned):
    set_rule(workspace, "spent-over-budget", threshold=200)
    assert "spent-over-budget" not in read(workspace)[1]
    set_rule(workspace, "spent-implausible", threshold=1)
    ledger, _ = read(workspace)
    assert ledger.items["3598-2017", "1.1.3"].spent is None


@pytest.mark.parametrize("change", [{"threshold": "nhiều"}, {"use": "ờ"}, {"severity": "Nặng"}])
def test_a_setting_that_cannot_be_understood_is_said_and_the_rule_stays(
    workspace, returned, change
):
    set_rule(workspace, "spent-over-budget", **change)
    loaded = load(workspace)
    assert [f.place.sheet for f in loaded.findings if f.code == "cell-not-understood"] == [
        "Quy tắc"
    ]
    assert read(workspace)[1]["spent-over-budget"] == "warning"


def test_a_master_without_the_sheet_has_the_rules_as_declared(workspace, returned):
    path = workspace / "CCHC-2018.xlsm"
    book = openpyxl.load_workbook(path)
    del book["Quy tắc"], book["Xử lý phiếu"]
    book.save(path)
    assert read(workspace)[1]["spent-over-budget"] == "warning"


def test_a_rule_is_tried_on_a_period_without_writing_anything(workspace, returned):
    before = sorted(path for path in workspace.rglob("*"))
    found = try_rule(load(workspace), PERIOD, "spent-over-budget", Decimal(1))
    assert {f.severity for f in found} == {"trial"}
    assert [f.place.cell for f in found] == ["K13"]
    assert sorted(path for path in workspace.rglob("*")) == before
    with pytest.raises(LookupError, match="Không có quy tắc"):
        try_rule(load(workspace), PERIOD, "khong-co")


# ------------------------------------------------------------------ against the past


@pytest.fixture
def two_periods(workspace):
    """What Sở Tư pháp says for the first quarter, and it or its successor for six months."""

    def come(first, second, agency="Sở Tư pháp"):
        for period, entries, name in (("2018-Q1", first, "Sở Tư pháp"), (PERIOD, second, agency)):
            form = form_of(workspace, period, name)
            return_form(form, workspace / period / "nhan-ve", {"1.3.4": entries})
        return read(workspace)[0]

    return come


DONE = {"status": "Hoàn thành", "percent": 100, "proof": "1/BC", "spent": 30}


def past(ledger):
    codes = {"spent-fell", "percent-fell", "done-reopened"}
    return {f.code: f.message for f in ledger.findings if f.code in codes}


def test_what_falls_or_reopens_within_the_year_is_said_with_what_was(two_periods):
    ledger = two_periods(DONE, {"status": "Đang thực hiện", "percent": 60, "spent": 20})
    found = past(ledger)
    assert set(found) == {"spent-fell", "percent-fell", "done-reopened"}
    assert "20 triệu đồng, ít hơn kỳ Quý I 2018 (30)" in found["spent-fell"]
    assert "60%, thấp hơn kỳ Quý I 2018 (100%)" in found["percent-fell"]


def test_a_successor_goes_on_from_what_its_forerunner_reported(workspace, two_periods):
    edit_workbook(
        workspace / "CCHC-2018.xlsm",
        "Cơ quan",
        {"Tên cơ quan": "Sở Tư pháp"},
        **{"Đơn vị kế thừa": "Sở Nội vụ", "Kế thừa từ ngày": datetime.date(2018, 5, 2)},
    )
    ledger = two_periods(DONE, DONE | {"spent": 20}, "Sở Nội vụ")
    assert "20 triệu đồng, ít hơn kỳ Quý I 2018 (30)" in past(ledger)["spent-fell"]
    assert [one.agency for one in ledger.returns] == ["Sở Nội vụ"]


def test_what_grows_or_stays_is_not_said(two_periods):
    assert past(two_periods(DONE | {"spent": 10}, DONE)) == {}


def test_a_locked_column_that_was_changed_is_said(workspace):
    form = form_of(workspace, PERIOD, "Sở Tư pháp")
    change = {"1.3.4": {**DONE, "budget": 1000, "indicator": "Khác"}}
    return_form(form, workspace / PERIOD / "nhan-ve", change)
    found = [f for f in read(workspace)[0].findings if f.code == "given-changed"]
    assert "Khác" in found[0].message and found[0].place.cell.startswith("C")


def test_a_form_filled_in_before_the_plan_changed_is_no_alarm(workspace, returned):
    edit_workbook(
        workspace / "CCHC-2018.xlsm",
        "Kế hoạch",
        {"Mã": "1.3.4"},
        **{"Kinh phí dự toán (triệu đồng)": 77, "Chỉ số đánh giá/mục tiêu": "Chỉ số mới"},
    )
    make_forms(load(workspace), PERIOD)
    assert "given-changed" not in {f.code for f in read(workspace)[0].findings}
