"""Texts longer than paper has room for."""

from __future__ import annotations

import openpyxl
import pytest

from cchc_xl.cli.steps import audit_period, consolidate_period
from cchc_xl.master.opening import load
from tests.support.forms import stored_values
from tests.support.one_agency import returned

PERIOD = "2018-6T"


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
