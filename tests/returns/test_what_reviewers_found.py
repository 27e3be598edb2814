"""Faults that reviewers found in how returns are taken in, each held by a test."""

from __future__ import annotations

import datetime
import os
import re
import zipfile
from dataclasses import replace

import openpyxl
import pytest
from click.testing import CliRunner

from cchc_xl.cli.commands import cchc_xl as commands
from cchc_xl.cli.steps import consolidate_again, consolidate_period, read_returns
from cchc_xl.errors import NoReturnsError
from cchc_xl.files.packages import repacked
from cchc_xl.files.returned_workbook import saved_at
from cchc_xl.master.opening import load
from cchc_xl.period.dispatch import make_feedback, make_forms
from cchc_xl.returns.values import read_money
from cchc_xl.text.quantities import quantity_readings
from tests.returns.test_versions import AGENCY, FIRST, PERIOD, SECOND, decide
from tests.support.forms import Form, return_form

OTHER = "Sở Y tế"
WRONG = {"III.1": {"status": "Gần xong", "percent": 10}}


@pytest.fixture
def forms(workspace):
    return make_forms(load(workspace), PERIOD)[0]


@pytest.fixture
def inbox(workspace):
    return workspace / PERIOD / "nhan-ve"


def filled(form, folder, entries):
    return return_form(form, folder, entries).read_bytes()


def zipped(path, parts):
    path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return path


def mail(date, name, content) -> bytes:
    from email.message import EmailMessage

    message = EmailMessage()
    message["Date"] = date
    message.set_content("Gửi phiếu")
    message.add_attachment(content, maintype="application", subtype="x", filename=name)
    return message.as_bytes()


def read(workspace):
    reading = read_returns(load(workspace), PERIOD)
    return reading.ledger, {found.code: found for found in reading.findings}


def test_two_parts_of_one_name_stay_two_agencies_files(workspace, forms, inbox, tmp_path):
    zipped(
        inbox / "tat-ca.zip",
        {
            "SYT/Phieu.xlsx": filled(forms[OTHER], tmp_path, {"III.1": {"status": "Hoàn thành"}}),
            "STP/Phieu.xlsx": filled(forms[AGENCY], tmp_path, WRONG),
            "../SYT/Phieu.xlsx": filled(forms["Sở Nội vụ"], tmp_path, WRONG),
        },
    )
    ledger, _ = read(workspace)
    assert {one.agency for one in ledger.returns} == {OTHER, AGENCY, "Sở Nội vụ"}
    assert len({one.file for one in ledger.returns}) == 3
    made, _ = make_feedback(load(workspace), PERIOD)
    for agency in (AGENCY, "Sở Nội vụ"):
        page = openpyxl.load_workbook(made[agency])["Phiếu báo cáo"]
        assert page["A3"].value == f"Cơ quan báo cáo: {agency}"


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
    ledger, found = read(workspace)
    assert ledger.items["3598-2017", "1.3.4"].spent == counted
    assert ("number-ambiguous" in found) == (counted is None)


def test_an_impossible_date_of_a_mail_stops_nothing(workspace, forms, inbox, tmp_path):
    content = filled(forms[AGENCY], tmp_path, FIRST)
    inbox.mkdir(exist_ok=True)
    date = "Fri, 31 Dec 9999 23:59:00 +0000"
    (inbox / "thu.eml").write_bytes(mail(date, "Phiếu số 1.xlsx", content))
    ledger, _ = read(workspace)
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
    ledger, _ = read(workspace)
    assert all(one.arrived.year == 2018 for one in ledger.returns)


def test_a_name_with_the_sign_that_parts_containers(workspace, forms, inbox):
    return_form(forms[AGENCY], inbox, WRONG, "a › b.xlsx")
    made, _ = make_feedback(load(workspace), PERIOD)
    assert list(made) == [AGENCY]


def test_an_agency_that_owes_nothing_gets_no_feedback(workspace, inbox):
    inbox.mkdir(parents=True, exist_ok=True)
    (inbox / f"Phieu_{PERIOD}_So-Xay-dung.xlsx").write_bytes(b"x")
    loaded = load(workspace)
    one_plan = (loaded.programme.plan_by_id["3598-2017"],)
    nothing_due = replace(loaded.programme, plans=one_plan)
    assert make_feedback(loaded._replace(programme=nothing_due), PERIOD)[0] == {}


def test_a_choice_against_the_forms_own_identity_is_said(workspace, forms, inbox):
    return_form(forms[AGENCY], inbox, FIRST, "a.xlsx")
    decide(workspace, (PERIOD, "a.xlsx", "Dùng bản này", OTHER, "Nhầm"))
    ledger, found = read(workspace)
    assert ledger.accepted == {}
    assert OTHER in found["choice-contradicted"].message


def test_a_choice_of_a_zip_holds_for_what_is_in_it(workspace, forms, inbox, tmp_path):
    first = zipped(inbox / "a.zip", {"a.xlsx": filled(forms[AGENCY], tmp_path, FIRST)})
    os.utime(first, (1_526_000_000, 1_526_000_000))
    return_form(forms[AGENCY], inbox, SECOND, "b.xlsx")
    decide(workspace, (PERIOD.lower(), "a.zip", "Dùng bản này", None, "Bản ký"))
    assert read(workspace)[0].accepted[AGENCY].file == "a.zip › a.xlsx"


def test_a_choice_for_a_period_there_is_not_is_said(workspace, forms, inbox):
    return_form(forms[AGENCY], inbox, FIRST, "a.xlsx")
    decide(workspace, ("6 tháng", "a.xlsx", "Loại khỏi tổng hợp", None, "Nhầm"))
    (found,) = [f for f in load(workspace).findings if f.code == "cell-not-understood"]
    assert (found.place.sheet, found.value) == ("Xử lý phiếu", "6 tháng")


def test_a_file_that_cannot_be_opened_can_be_left_out(workspace, inbox):
    inbox.mkdir(parents=True, exist_ok=True)
    (inbox / "hong.xlsx").write_bytes(b"x")
    decide(workspace, (PERIOD, "hong.xlsx", "Loại khỏi tổng hợp", None, "Gửi nhầm"))
    ledger, found = read(workspace)
    assert [one.fate for one in ledger.returns] == ["excluded"] and "file-unreadable" not in found


@pytest.mark.long
def test_a_silent_period_does_not_hide_what_was_said_before(workspace):
    said = {
        "2018-Q1": {"status": "Hoàn thành", "proof": "1", "percent": 100, "spent": 10},
        PERIOD: {"result": "Không có gì mới"},
        "2018-9T": {"status": "Đang thực hiện", "percent": 50, "spent": 5},
    }
    for period, entries in said.items():
        paths, _ = make_forms(load(workspace), period)
        return_form(paths[AGENCY], workspace / period / "nhan-ve", {"1.3.4": entries})
    found = read_returns(load(workspace), "2018-9T").ledger.findings
    assert {"spent-fell", "percent-fell", "done-reopened"} <= {f.code for f in found}


def test_libreoffice_notes_the_clock_on_the_wall(forms):
    def by_libreoffice(name, part):
        if name == "docProps/app.xml":
            return b"<Properties><Application>LibreOffice/7.4</Application></Properties>"
        return re.sub(rb"(modified[^>]*>)[^<]+", rb"\g<1>2018-05-20T13:33:53Z", part)

    content = repacked(forms[AGENCY].read_bytes(), by_libreoffice)
    assert saved_at(content).astimezone(datetime.UTC).hour == 6


def test_a_broken_part_of_a_zip_costs_only_itself(workspace, forms, inbox, tmp_path):
    good = filled(forms[AGENCY], tmp_path, FIRST)
    path = zipped(inbox / "a.zip", {"hong.xlsx": b"x" * 5000, "thu.docx": b"y", "tot.xlsx": good})
    content = bytearray(path.read_bytes())
    content[60] ^= 0xFF  # the first part's bytes no longer fit their check sum
    path.write_bytes(content)
    ledger, found = read(workspace)
    assert ledger.accepted[AGENCY].file == "a.zip › tot.xlsx"
    assert "hong.xlsx" in found["file-unreadable"].place.file


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


@pytest.mark.parametrize("threshold", ["abc", "", "-5", "1,500"])
def test_a_threshold_that_is_no_number_is_one_vietnamese_line(workspace, threshold):
    arguments = ["rules", str(workspace), "--try", "spent-over-budget", "--period", PERIOD]
    right = CliRunner().invoke(commands, [*arguments, "--threshold", "40,5"])
    assert isinstance(right.exception, NoReturnsError)  # it went on to the returns
    done = CliRunner().invoke(commands, [*arguments, "--threshold", threshold])
    assert done.exit_code == 2


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
