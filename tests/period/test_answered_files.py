"""Who is answered, and with which of several files."""

from __future__ import annotations

import os
from dataclasses import replace

import openpyxl

from cchc_xl.master.opening import load
from cchc_xl.period.dispatch import make_feedback
from tests.support.forms import Form, return_form
from tests.support.one_agency import AGENCY, FIRST, PERIOD, WRONG


def test_an_agency_that_owes_nothing_gets_no_feedback(workspace, inbox):
    inbox.mkdir(parents=True, exist_ok=True)
    (inbox / f"Phieu_{PERIOD}_So-Xay-dung.xlsx").write_bytes(b"x")
    loaded = load(workspace)
    one_plan = (loaded.programme.plan_by_id["3598-2017"],)
    nothing_due = replace(loaded.programme, plans=one_plan)
    assert make_feedback(loaded._replace(programme=nothing_due), PERIOD)[0] == {}


def test_a_marked_file_marked_again_has_one_list(workspace, forms, inbox):
    return_form(forms[AGENCY], inbox, WRONG, "a.xlsx")
    made, _ = make_feedback(load(workspace), PERIOD)
    (inbox / "a.xlsx").write_bytes(made[AGENCY].read_bytes())
    made, _ = make_feedback(load(workspace), PERIOD)
    names = openpyxl.load_workbook(made[AGENCY]).sheetnames
    assert names == ["Cần sửa", "Phiếu báo cáo", "_cchc"]


def test_a_newer_broken_file_is_answered_too(workspace, forms, inbox):
    old = return_form(forms[AGENCY], inbox, FIRST)
    os.utime(old, (1_526_000_000, 1_526_000_000))
    (inbox / f"moi_{old.name}").write_bytes(b"x")
    made, _ = make_feedback(load(workspace), PERIOD)
    form = Form.__new__(Form)
    form.workbook = openpyxl.load_workbook(made[AGENCY])
    form.sheet = form.workbook["Phiếu báo cáo"]
    form.find()
    assert form.cell("1.1.3", "spent").value == 5  # what counts is filled in
