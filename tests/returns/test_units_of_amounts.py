"""Amounts whose unit stands beside them, or only in the cell's format."""

from __future__ import annotations

import pytest

from cchc_xl.returns.values import read_money
from cchc_xl.text.quantities import quantity_readings
from tests.support.forms import return_form
from tests.support.one_agency import AGENCY, read_with_findings


def test_a_last_part_without_unit_is_asked(workspace):
    for text in ("1 tỷ 5", "1 tỷ 500", "15 triệu 500"):
        assert len(quantity_readings(text)) == 2
        assert read_money(text, None).note == "number-ambiguous"
    assert quantity_readings("10 triệu -5") == ()
    assert quantity_readings("8 tỷ 500 triệu") == (8_500_000_000,)
    assert quantity_readings("15 triệu 500 đồng") == (15_000_500,)


@pytest.mark.parametrize(
    ("number_format", "value", "counted"),
    [
        ('0.0" tỷ"', 8.5, None),
        ('#,##0" nghìn"', 80, None),
        ("#,##0.0,,", 15_000_000, None),
        ('#,##0 "đồng"', 15_000, None),
        ('#,##0\\ "₫"', 15, 15_000_000),  # nobody spends 15 đồng
        ('0.0" triệu"', 8.5, 8_500_000),
        ("[$-42A]#,##0.0", 8.5, 8_500_000),
        ("#,##0.00", 8.5, 8_500_000),
    ],
)
@pytest.mark.parametrize("kind", ["xlsx", "ods", "xls"])
@pytest.mark.long
def test_a_unit_in_the_number_format_is_not_passed_over(
    workspace, forms, inbox, libreoffice, tmp_path, kind, number_format, value, counted
):
    def change(form):
        form.cell("1.3.4", "spent").number_format = number_format

    entries = {"1.3.4": {"status": "Đang thực hiện", "spent": value}}
    path = return_form(forms[AGENCY], tmp_path, entries, "phieu.xlsx", change)
    if kind != "xlsx":
        path = libreoffice.convert(path, kind, tmp_path / kind)
    inbox.mkdir(exist_ok=True)
    path.rename(inbox / path.name)
    ledger, found = read_with_findings(workspace)
    assert ledger.items["3598-2017", "1.3.4"].spent == counted
    assert ("number-ambiguous" in found) == (counted is None)
