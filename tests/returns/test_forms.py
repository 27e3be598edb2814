"""The return form an agency gets."""

from __future__ import annotations

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cchc_xl.master.opening import find_period, load
from cchc_xl.period.dispatch import make_forms
from cchc_xl.returns.form import IDENTITY_SHEET, write_form
from tests.support.forms import HEADINGS, Form

FILLED = ("status", "percent", "result", "proof", "spent", "difficulties", "proposals")
GIVEN = ("code", "title", "indicator", "evidence", "time", "budget")


@pytest.fixture
def form_path(programme, period, tmp_path):
    def write(agency: str):
        path = tmp_path / f"{programme.registry.by_name[agency].id}.xlsx"
        path.write_bytes(write_form(programme, period, programme.registry.by_name[agency]))
        return path

    return write


def test_each_agency_that_must_report_gets_one_form(workspace):
    paths, findings = make_forms(load(workspace), "2018-6T")
    assert len(paths) == 36
    assert findings == []
    assert {path.parent.name for path in paths.values()} == {"gui-di"}
    assert all(path.exists() for path in paths.values())


def test_a_form_has_its_agencys_rows_of_every_plan_and_no_other(programme, period, form_path):
    for agency, by_plan in programme.rows_by_agency(period).items():
        form = Form(form_path(agency))
        assert list(form.rows) == [item.code for items in by_plan.values() for item in items]


def test_the_visible_headings_are_exact(form_path):
    form = Form(form_path("Sở Tư pháp"))
    headings = [form.sheet.cell(form.heading_row, at).value for at in range(1, len(HEADINGS) + 1)]
    assert headings == list(HEADINGS.values())


def test_given_columns_are_filled_in_and_locked_and_the_others_are_open(programme, form_path):
    form = Form(form_path("Sở Tư pháp"))
    assert form.sheet.protection.sheet
    for code in form.rows:
        assert all(form.cell(code, name).protection.locked for name in GIVEN)
        assert not any(form.cell(code, name).protection.locked for name in FILLED)
        assert all(form.cell(code, name).value is None for name in FILLED)
    item = programme.plan_by_id["3598-2017"].by_code["1.4.1"]
    assert form.cell("1.4.1", "title").value == item.title
    assert form.cell("1.4.1", "budget").value == 3.4
    assert form.cell("1.4.1", "time").value == "01/2018 - 10/2018"
    assert form.cell("III.1", "time").value == "Quý I/2018"
    assert form.cell("1.4.5", "time").value == "Theo yêu cầu"


def test_blank_budgets_stay_blank_and_zero_stays_zero(form_path):
    form = Form(form_path("Sở Khoa học và Công nghệ"))
    assert form.cell("6.3.4", "budget").value is None
    assert Form(form_path("Sở Tư pháp")).cell("1.1.1", "budget").value == 0


def test_every_column_to_fill_has_a_check_or_a_hint_in_vietnamese(form_path):
    form = Form(form_path("Sở Tư pháp"))
    kinds = {}
    for check in form.sheet.data_validations.dataValidation:
        for name in FILLED:
            if form.cell("1.1.1", name).coordinate in check.sqref:
                kinds[name] = check.type
                assert check.prompt and check.promptTitle
    assert kinds == {
        "status": "list",
        "percent": "whole",
        "spent": "decimal",
        "result": None,
        "proof": None,
        "difficulties": None,
        "proposals": None,
    }
    dates = [c for c in form.sheet.data_validations.dataValidation if c.type == "date"]
    assert len(dates) == 1
    lists = [c for c in form.sheet.data_validations.dataValidation if c.type == "list"]
    assert lists[0].formula1 == '"Chưa thực hiện,Đang thực hiện,Hoàn thành,Không thực hiện"'


def test_the_heading_is_frozen_and_repeated_on_paper(form_path):
    form = Form(form_path("Sở Tư pháp"))
    page = form.sheet
    assert page.freeze_panes == f"C{form.heading_row + 2}"
    assert page.print_title_rows == f"${form.heading_row}:${form.heading_row + 1}"
    assert (page.page_setup.orientation, page.page_setup.paperSize) == ("landscape", 9)
    assert page.page_setup.fitToHeight == 0


def test_the_identity_travels_inside(form_path):
    book = openpyxl.load_workbook(form_path("UBND huyện Ea H'leo"))
    page = book[IDENTITY_SHEET]
    assert page.sheet_state == "veryHidden"
    facts = dict(page.iter_rows(values_only=True))
    assert facts["period"] == "2018-6T"
    assert facts["agency"] == "EHL"
    assert facts["version"] == "1"


def test_the_same_form_twice_is_the_same_bytes(programme, period):
    agency = programme.registry.by_name["Sở Nội vụ"]
    assert write_form(programme, period, agency) == write_form(programme, period, agency)


def test_totals_are_live(form_path, libreoffice, tmp_path):
    path = form_path("Sở Tư pháp")
    form = Form(path)
    form.fill(
        {
            "1.1.3": {"spent": 12.5, "status": "Hoàn thành"},
            "1.3.4": {"spent": 40},
            "III.1": {"status": "Hoàn thành"},
        }
    )
    filled = form.save(tmp_path / "filled.xlsx")
    counted = Form(libreoffice.convert(filled, "xlsx", tmp_path / "out")).workbook
    rows = list(counted.worksheets[0].iter_rows(values_only=True))
    assert counted.worksheets[0].title == "Phiếu báo cáo"
    data = openpyxl.load_workbook(tmp_path / "out" / "filled.xlsx", data_only=True).worksheets[0]
    totals = [row for row in data.iter_rows(values_only=True) if row[1] == "Tổng cộng"]
    assert rows
    assert [(t[5], t[6], t[10]) for t in totals] == [
        (150, "1/15 hoàn thành", 52.5),
        (None, "1/17 hoàn thành", None),
    ]


def test_a_budget_stands_on_one_form_only(programme, period, form_path, workspace):
    """Summed over all forms, the given budgets are the plan's total."""
    total = 0
    for agency in programme.rows_by_agency(period):
        form = Form(form_path(agency))
        total += sum(round((form.cell(c, "budget").value or 0) * 1_000_000) for c in form.rows)
    assert total == 8_000_000_000


def test_a_form_no_longer_due_is_pointed_out(workspace):
    make_forms(load(workspace), "2018-6T")
    stale = workspace / "2018-6T" / "gui-di" / "Phieu_2018-6T_So-cu.xlsx"
    stale.write_bytes(b"old")
    _, findings = make_forms(load(workspace), "2018-6T")
    assert [(f.code, f.value) for f in findings] == [("stale-form", stale.name)]
    assert stale.read_bytes() == b"old"


TEXTS = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")), min_size=1, max_size=40
)


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(title=TEXTS, indicator=TEXTS, budget=st.integers(0, 10**13))
def test_whatever_a_plan_says_the_form_says(programme, period, tmp_path, title, indicator, budget):
    """Plan -> form -> the same words and money, formulas-to-be included."""
    from dataclasses import replace

    plan = programme.plan_by_id["3598-2017"]
    items = tuple(
        replace(i, title=title, indicator=indicator, budget=budget) if i.code == "7.3.5" else i
        for i in plan.items
    )
    changed = replace(programme, plans=(replace(plan, items=items),))
    agency = programme.registry.by_name["Cổng Thông tin điện tử của tỉnh"]
    path = tmp_path / "form.xlsx"
    path.write_bytes(write_form(changed, period, agency))
    form = Form(path)
    assert form.cell("7.3.5", "title").value.strip() == title.strip()
    assert form.cell("7.3.5", "title").data_type != "f"
    assert form.cell("7.3.5", "budget").value == pytest.approx(budget / 1_000_000, rel=1e-15)


def test_an_unknown_period_names_the_known_ones(workspace):
    with pytest.raises(LookupError, match="2018-Q1, 2018-6T, 2018-9T, 2018-NAM"):
        find_period(load(workspace)[1], "2018-12T")
