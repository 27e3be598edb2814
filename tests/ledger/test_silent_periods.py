"""A period in which nothing was said does not hide what was said before."""

from __future__ import annotations

import pytest

from cchc_xl.cli.steps import read_returns
from cchc_xl.master.opening import load
from tests.support.forms import form_of, return_form
from tests.support.one_agency import AGENCY, PERIOD


@pytest.mark.long
def test_a_silent_period_does_not_hide_what_was_said_before(workspace):
    said = {
        "2018-Q1": {"status": "Hoàn thành", "proof": "1", "percent": 100, "spent": 10},
        PERIOD: {"result": "Không có gì mới"},
        "2018-9T": {"status": "Đang thực hiện", "percent": 50, "spent": 5},
    }
    for period, entries in said.items():
        form = form_of(workspace, period, AGENCY)
        return_form(form, workspace / period / "nhan-ve", {"1.3.4": entries})
    found = read_returns(load(workspace), "2018-9T").ledger.findings
    assert {"spent-fell", "percent-fell", "done-reopened"} <= {f.code for f in found}
