"""Archives and mails with a damaged or odd part cost only that part."""

from __future__ import annotations

import datetime
import os

import openpyxl

from cchc_xl.master.opening import load
from cchc_xl.period.dispatch import make_feedback
from tests.support.forms import return_form
from tests.support.one_agency import (
    AGENCY,
    FIRST,
    OTHER,
    PERIOD,
    SECOND,
    WRONG,
    filled,
    read_with_findings,
    zipped,
)


def mail(date, name, content) -> bytes:
    from email.message import EmailMessage

    message = EmailMessage()
    message["Date"] = date
    message.set_content("Gửi phiếu")
    message.add_attachment(content, maintype="application", subtype="x", filename=name)
    return message.as_bytes()


def test_two_parts_of_one_name_stay_two_agencies_files(workspace, forms, inbox, tmp_path):
    zipped(
        inbox / "tat-ca.zip",
        {
            "SYT/Phieu.xlsx": filled(forms[OTHER], tmp_path, {"III.1": {"status": "Hoàn thành"}}),
            "STP/Phieu.xlsx": filled(forms[AGENCY], tmp_path, WRONG),
            "../SYT/Phieu.xlsx": filled(forms["Sở Nội vụ"], tmp_path, WRONG),
        },
    )
    ledger, _ = read_with_findings(workspace)
    assert {one.agency for one in ledger.returns} == {OTHER, AGENCY, "Sở Nội vụ"}
    assert len({one.file for one in ledger.returns}) == 3
    made, _ = make_feedback(load(workspace), PERIOD)
    for agency in (AGENCY, "Sở Nội vụ"):
        page = openpyxl.load_workbook(made[agency])["Phiếu báo cáo"]
        assert page["A3"].value == f"Cơ quan báo cáo: {agency}"


def test_an_impossible_date_of_a_mail_stops_nothing(workspace, forms, inbox, tmp_path):
    content = filled(forms[AGENCY], tmp_path, FIRST)
    inbox.mkdir(exist_ok=True)
    date = "Fri, 31 Dec 9999 23:59:00 +0000"
    (inbox / "thu.eml").write_bytes(mail(date, "Phiếu số 1.xlsx", content))
    ledger, _ = read_with_findings(workspace)
    assert ledger.accepted[AGENCY].file == "thu.eml › Phiếu số 1.xlsx"


def test_a_mail_cannot_come_before_it_was_sent(workspace, forms, inbox, tmp_path):
    inbox.mkdir(exist_ok=True)
    for name, date, entries in (
        ("1", "Sun, 01 Jan 2040 09:00:00 +0700", FIRST),
        ("2", "Fri, 18 May 2018 09:00:00 +0700", SECOND),
    ):
        path = inbox / f"{name}.eml"
        path.write_bytes(mail(date, f"{name}.xlsx", filled(forms[AGENCY], tmp_path, entries)))
        moment = datetime.datetime(2018, 5, 10 + int(name), tzinfo=datetime.UTC).timestamp()
        os.utime(path, (moment, moment))
    ledger, _ = read_with_findings(workspace)
    assert all(one.arrived.year == 2018 for one in ledger.returns)


def test_a_name_with_the_sign_that_parts_containers(workspace, forms, inbox):
    return_form(forms[AGENCY], inbox, WRONG, "a › b.xlsx")
    made, _ = make_feedback(load(workspace), PERIOD)
    assert list(made) == [AGENCY]


def test_a_broken_part_of_a_zip_costs_only_itself(workspace, forms, inbox, tmp_path):
    good = filled(forms[AGENCY], tmp_path, FIRST)
    path = zipped(inbox / "a.zip", {"hong.xlsx": b"x" * 5000, "thu.docx": b"y", "tot.xlsx": good})
    content = bytearray(path.read_bytes())
    content[60] ^= 0xFF  # the first part's bytes no longer fit their check sum
    path.write_bytes(content)
    ledger, found = read_with_findings(workspace)
    assert ledger.accepted[AGENCY].file == "a.zip › tot.xlsx"
    assert "hong.xlsx" in found["file-unreadable"].place.file
