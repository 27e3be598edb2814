"""What a hostile reading of the outputs found, so that it stays mended."""

from __future__ import annotations

import openpyxl
import pytest

from cchc_xl.cli.steps import audit_period, consolidate_period
from cchc_xl.master.opening import load
from cchc_xl.outputs.appendices import signed_sheets
from cchc_xl.period.dispatch import make_forms
from tests.support.forms import edit_workbook, return_form, stored_values

PERIOD = "2018-6T"


def returned(root, period=PERIOD, spent=1.5, **more):
    """A return of Sở Tư pháp."""
    paths, _ = make_forms(load(root), period)
    entry = {"1.1.3": {"status": "Đang thực hiện", "percent": 50, "spent": spent, **more}}
    return return_form(paths["Sở Tư pháp"], root / period / "nhan-ve", entry)


@pytest.mark.long
def test_a_report_that_came_back_after_a_run_without_it_is_kept(workspace):
    returned(workspace)
    consolidate_period(load(workspace), PERIOD, with_report=True)
    report = workspace / PERIOD / "tong-hop" / f"Bao-cao_{PERIOD}.docx"
    away = workspace / "ban-sua.docx"
    away.write_bytes(report.read_bytes() + b"by hand")
    report.unlink()
    consolidate_period(load(workspace), PERIOD)
    away.replace(report)
    returned(workspace, spent=2)
    done = consolidate_period(load(workspace), PERIOD)
    kept = list(report.parent.glob("Bao-cao_*_sua-tay-*.docx"))
    assert [path.read_bytes()[-7:] for path in kept] == [b"by hand"]
    assert "output-edited" in {found.code for found in done.findings}


def test_a_workbook_of_somebody_else_under_our_name_is_kept(workspace):
    returned(workspace)
    path = workspace / PERIOD / "tong-hop" / f"Phu-luc-2_{PERIOD}.xlsx"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"made by hand")
    consolidate_period(load(workspace), PERIOD)
    kept = list(path.parent.glob("Phu-luc-2_*_sua-tay-*.xlsx"))
    assert [one.read_bytes() for one in kept] == [b"made by hand"]


@pytest.mark.parametrize(
    "name",
    ["Phụ lục 2", "Biểu đồ", "'", "a/b*c?", "Chương trình tổng thể cải cách hành chính 2021-2030"],
)
@pytest.mark.long
def test_a_plan_may_be_called_anything(workspace, name):
    edit_workbook(
        workspace / "CCHC-2018.xlsm",
        "Quyết định",
        {"Kế hoạch": "2784-2017"},
        **{"Tên gọi tắt": name},
    )
    returned(workspace)
    done = consolidate_period(load(workspace), PERIOD)
    sheets = openpyxl.load_workbook(done.outputs[0], read_only=True).sheetnames
    signed = signed_sheets(done.ledger.programme.plans)
    assert len(set(signed)) == 3 and set(signed) <= set(sheets)
    assert audit_period(load(workspace), PERIOD).differences == ()


@pytest.mark.long
def test_two_plans_of_one_name_are_told_apart_and_said(workspace):
    edit_workbook(
        workspace / "CCHC-2018.xlsm",
        "Quyết định",
        {"Kế hoạch": "2784-2017"},
        **{"Tên gọi tắt": "QĐ 3598"},
    )
    returned(workspace)
    done = consolidate_period(load(workspace), PERIOD)
    assert "plan-name-repeated" in {found.code for found in done.findings}
    assert len({plan.short_name for plan in done.ledger.programme.plans}) == 2
    assert audit_period(load(workspace), PERIOD).differences == ()


@pytest.mark.long
def test_returns_of_an_earlier_period_that_changed_since_are_said(workspace):
    first = returned(workspace, "2018-Q1", spent=1)
    consolidate_period(load(workspace), "2018-Q1")
    returned(workspace)
    done = consolidate_period(load(workspace), PERIOD)
    assert "earlier-changed" not in {found.code for found in done.findings}
    first.rename(first.with_name("ten-khac.xlsx"))
    done = consolidate_period(load(workspace), PERIOD)
    assert "earlier-changed" in {found.code for found in done.findings}


@pytest.mark.long
def test_a_very_long_text_is_cut_at_a_word_where_paper_would_cut_it_anywhere(workspace):
    long = "Kinh phí cấp chậm, " * 1000
    returned(workspace, difficulties=long, result=long)
    done = consolidate_period(load(workspace), PERIOD)
    workbook = openpyxl.load_workbook(done.outputs[0])
    page = workbook["Phụ lục 2"]
    row = next(n for n in range(1, page.max_row + 1) if page.cell(n, 1).value == "1.1.3")
    for column in (11, 15):
        assert page.cell(row, column).value.endswith("… (xem trang Nguồn số liệu)")
    assert page.row_dimensions[row].height < 409
    sources = stored_values(done.outputs[0])["Nguồn số liệu"]
    assert any(
        str(cell or "").startswith("Kinh phí cấp chậm, Kinh") and len(cell) > 10_000
        for one in sources
        for cell in one
        if isinstance(cell, str)
    )
    assert audit_period(load(workspace), PERIOD).differences == ()
