"""A damaged journal stops nothing."""

from __future__ import annotations

import pytest

from cchc_xl.cli.steps import consolidate_again, consolidate_period
from cchc_xl.master.opening import load
from tests.support.forms import return_form
from tests.support.one_agency import AGENCY, FIRST, PERIOD, decide


@pytest.mark.long
def test_a_damaged_journal_stops_nothing_and_is_healed(workspace, forms, inbox, tmp_path):
    return_form(forms[AGENCY], inbox, FIRST, "a.xlsx")
    consolidate_period(load(workspace), PERIOD)
    journal = workspace / "nhat-ky"
    for path in (journal / "kho").rglob("*"):
        if path.is_file():
            path.write_bytes(b"")
    (journal / ".dang-thay.json").write_text("{")
    (journal / "lan-tong-hop" / f"{PERIOD}_0002.json").write_text('{"returns": [{}]}')
    decide(workspace, (PERIOD, "a.xlsx", "Dùng bản này", None, "Xem lại"))
    consolidate_period(load(workspace), PERIOD)
    run, _, same = consolidate_again(load(workspace), PERIOD, tmp_path / "lai")
    assert same and run.number == 3
