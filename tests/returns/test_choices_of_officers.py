"""What officers decide of single files on the sheet Xử lý phiếu."""

from __future__ import annotations

import os

from cchc_xl.master.opening import load
from tests.support.forms import return_form
from tests.support.one_agency import (
    AGENCY,
    FIRST,
    OTHER,
    PERIOD,
    SECOND,
    decide,
    filled,
    read_with_findings,
    zipped,
)


def test_a_choice_against_the_forms_own_identity_is_said(workspace, forms, inbox):
    return_form(forms[AGENCY], inbox, FIRST, "a.xlsx")
    decide(workspace, (PERIOD, "a.xlsx", "Dùng bản này", OTHER, "Nhầm"))
    ledger, found = read_with_findings(workspace)
    assert ledger.accepted == {}
    assert OTHER in found["choice-contradicted"].message


def test_a_choice_of_a_zip_holds_for_what_is_in_it(workspace, forms, inbox, tmp_path):
    first = zipped(inbox / "a.zip", {"a.xlsx": filled(forms[AGENCY], tmp_path, FIRST)})
    os.utime(first, (1_526_000_000, 1_526_000_000))
    return_form(forms[AGENCY], inbox, SECOND, "b.xlsx")
    decide(workspace, (PERIOD.lower(), "a.zip", "Dùng bản này", None, "Bản ký"))
    assert read_with_findings(workspace)[0].accepted[AGENCY].file == "a.zip › a.xlsx"


def test_a_choice_for_a_period_there_is_not_is_said(workspace, forms, inbox):
    return_form(forms[AGENCY], inbox, FIRST, "a.xlsx")
    decide(workspace, ("6 tháng", "a.xlsx", "Loại khỏi tổng hợp", None, "Nhầm"))
    (found,) = [f for f in load(workspace).findings if f.code == "cell-not-understood"]
    assert (found.place.sheet, found.value) == ("Xử lý phiếu", "6 tháng")


def test_a_file_that_cannot_be_opened_can_be_left_out(workspace, inbox):
    inbox.mkdir(parents=True, exist_ok=True)
    (inbox / "hong.xlsx").write_bytes(b"x")
    decide(workspace, (PERIOD, "hong.xlsx", "Loại khỏi tổng hợp", None, "Gửi nhầm"))
    ledger, found = read_with_findings(workspace)
    assert [one.fate for one in ledger.returns] == ["excluded"] and "file-unreadable" not in found
