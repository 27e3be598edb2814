"""An error in the product's own arithmetic is found: the audit works with none of it."""

from __future__ import annotations

import shutil
from decimal import Decimal

import openpyxl
import pytest

from cchc_xl.audit.reading import AuditCell
from cchc_xl.audit.returns import COUNTS, FIGURES
from cchc_xl.audit.values import meaning_of_money, meaning_of_percent, meaning_of_status
from cchc_xl.cli.steps import audit_period, consolidate_period
from cchc_xl.errors import AuditError
from cchc_xl.ledger import ledger
from cchc_xl.master.opening import load
from cchc_xl.outputs import appendices, history
from cchc_xl.plan.periods import Period
from cchc_xl.plan.statuses import Status
from cchc_xl.writing.figure_index import INDEX_SHEET
from tests.support.audited import PERIOD, issued

BROKEN = {
    "Tỷ lệ chi": (ledger, "percent_of", lambda part, whole: Decimal(12)),
    "Còn lại": (ledger, "rest", lambda whole, part: whole),
    "Đã chi": (ledger, "sum_known", lambda amounts: max(filter(None, amounts), default=None)),
    "Tỷ lệ hoàn thành": (ledger, "mean_known", lambda n: max(filter(None, n), default=None)),
    "Trạng thái": (ledger, "combined_status", lambda statuses: next(iter(statuses))),
    "Quá hạn": (ledger, "status_at", lambda item, status, period: status or Status.NOT_REPORTED),
    "Chi trong kỳ": (history, "added_spending", lambda so_far, at, plan, code: 1_000_000),
    "Số lần thu thập": (appendices, "collections_done", lambda *known: (0, 2)),
    "Trễ": (Period, "days_late", lambda self, day: 3),
}


@pytest.mark.long
@pytest.mark.parametrize("kind", BROKEN)
def test_an_error_of_the_product_is_found(demo, tmp_path, monkeypatch, kind):
    root = shutil.copytree(demo, tmp_path / "CCHC-2018")
    for report in (root / PERIOD / "tong-hop").glob("Bao-cao_*"):
        report.unlink()  # it would be the first to contradict
    place, name, wrong = BROKEN[kind]
    monkeypatch.setattr(place, name, wrong)
    consolidate_period(load(root), PERIOD)
    monkeypatch.undo()
    told = {one.what for one in audit_period(load(root), PERIOD).differences}
    assert any(kind.casefold() in one.casefold() for one in told), told


@pytest.mark.long
def test_a_workbook_that_does_not_say_where_its_figures_stand_is_made_anew(demo, tmp_path):
    root = shutil.copytree(demo, tmp_path / "CCHC-2018")
    book = openpyxl.load_workbook(issued(root))
    del book[INDEX_SHEET]
    book.save(issued(root))
    with pytest.raises(AuditError, match=f"Tổng hợp lại kỳ {PERIOD}"):
        audit_period(load(root), PERIOD)


@pytest.mark.parametrize(
    ("meaning", "cell", "only", "is_plain"),
    [
        (meaning_of_money, AuditCell(15), 15_000_000, True),
        (meaning_of_money, AuditCell("15 triệu"), 15_000_000, False),
        (meaning_of_percent, AuditCell(50), 50, True),
        (meaning_of_percent, AuditCell(0.5, "0%"), 50, False),
        (meaning_of_percent, AuditCell("50%"), 50, False),
        (meaning_of_status, AuditCell("Hoàn thành"), "Hoàn thành", True),
        (meaning_of_status, AuditCell("đã xong"), "Hoàn thành", False),
        (meaning_of_status, AuditCell("Gần xong"), None, False),
    ],
)
def test_what_rests_on_a_text_or_a_format_is_no_plain_figure(meaning, cell, only, is_plain):
    found = meaning(cell)
    assert (found.only, found.is_plain) == (only, is_plain)


def test_every_figure_of_the_form_has_a_reading_of_its_own():
    assert FIGURES.keys() >= {"status", "percent", "spent"} | COUNTS
