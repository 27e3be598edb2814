"""Plans may be called anything."""

from __future__ import annotations

import openpyxl
import pytest

from cchc_xl.cli.steps import audit_period, consolidate_period
from cchc_xl.master.opening import load
from cchc_xl.outputs.appendices import signed_sheets
from tests.support.forms import edit_workbook
from tests.support.one_agency import returned

PERIOD = "2018-6T"


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
