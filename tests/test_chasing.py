"""Who owes what, and what the office does about it: what the board says next is what the buttons
send. With real mail servers."""

from __future__ import annotations

import datetime
from types import SimpleNamespace

import openpyxl
import pytest
from mail_office import PERIOD, Office
from scripted_agencies import address_of
from year import put_return

from cchc_xl.mail import MARK
from cchc_xl.mail_log import FEEDBACK, FORM, REMINDER
from cchc_xl.standing import status_of
from cchc_xl.steps import consolidate_period
from cchc_xl.workspace import VIETNAM, Workspace

AGENCY = "Sở Y tế"
WRONG = {"III.1": {"status": "Gần xong"}}
RIGHT = {"III.1": {"status": "Đang thực hiện", "percent": 50}}


@pytest.fixture
def calendar(monkeypatch):
    """What day it is in the office."""

    def set_day(month: int, day: int) -> None:
        today = datetime.date(2018, month, day)
        now = datetime.datetime.combine(today, datetime.time(9), VIETNAM)
        monkeypatch.setattr("cchc_xl.standing.today", lambda: today)
        monkeypatch.setattr("cchc_xl.mail_out._now", lambda: now)

    return set_day


def on_the_board(office: Office, agency: str = AGENCY):
    return next(o for o in status_of(office.loaded, PERIOD).agencies if o.agency == agency)


def sent(office: Office, kind: str, again=()) -> list[str]:
    return [one.agency for one in office.send(kind, again).letters]


def newest(mail, agency: str = AGENCY) -> SimpleNamespace:
    """The mail that an agency got last."""
    mail.wait_delivered()
    message = mail.messages(address_of(agency))[-1]
    files = [part.get_filename() for part in message.iter_attachments()]
    text = message.get_body(("plain",)).get_content()
    kind = str(message[MARK]).rpartition(" ")[2]
    return SimpleNamespace(kind=kind, subject=message["Subject"], text=text, files=files)


def leave_out(office: Office, file: str) -> None:
    master = Workspace(office.root).master()
    workbook = openpyxl.load_workbook(master, keep_vba=True)
    page = workbook["Xử lý phiếu"]
    columns = {cell.value: cell.column for cell in page[4]}
    said = {"Kỳ": PERIOD, "Tệp": file, "Xử lý": "Loại khỏi tổng hợp", "Lý do": "gửi nhầm"}
    for heading, value in said.items():
        page.cell(5, columns[heading]).value = value
    workbook.save(master)


# ----------------------------------------------- a return that is none any more


def test_who_has_a_return_left_out_owes_one_as_if_nothing_had_come(office, mail, calendar):
    calendar(5, 15)
    office.send(FORM)
    path = put_return(office.loaded, AGENCY, PERIOD, RIGHT)
    leave_out(office, path.name)
    calendar(5, 20)
    assert on_the_board(office).next_step == "Chờ nộp, hạn trước 01/6/2018"
    calendar(6, 5)
    shown = on_the_board(office)
    assert (shown.state, shown.late, shown.next_step) == ("missing", 5, "Nhắc nộp lần 1")
    assert [one.code for one in office.prepare(FORM).held if one.agency == AGENCY] == [
        "mail-sent-before"
    ]
    assert AGENCY in sent(office, REMINDER)
    letter = newest(mail)
    assert "đã nhận tệp Quý cơ quan gửi ngày 23/5/2018" in letter.text
    assert "không lấy tệp đó vào tổng hợp" in letter.text
    assert letter.files == [path.name]
    assert on_the_board(office).next_step == "Chờ nộp (nhắc lần 1 ngày 05/6/2018)"


def test_who_was_left_out_before_a_form_was_sent_gets_one(office, calendar):
    calendar(5, 15)
    leave_out(office, put_return(office.loaded, AGENCY, PERIOD, RIGHT).name)
    assert on_the_board(office).next_step == "Gửi phiếu"
    assert AGENCY in sent(office, FORM)


def test_who_has_a_return_that_is_gone_from_the_folder_owes_one(office, mail, calendar):
    calendar(5, 15)
    office.send(FORM)
    path = put_return(office.loaded, AGENCY, PERIOD, RIGHT)
    consolidate_period(office.loaded, PERIOD)
    path.unlink()
    calendar(6, 5)
    shown = on_the_board(office)
    assert (shown.state, shown.next_step) == ("missing", "Nhắc nộp lần 1")
    assert AGENCY in sent(office, REMINDER)
    assert "chưa nhận được phiếu báo cáo" in newest(mail).text


# ------------------------------------------------------ an answer begins anew


def test_reminders_to_mend_are_numbered_anew_and_speak_of_mending(office, mail, calendar):
    calendar(6, 2)
    office.send(FORM)
    for day in (4, 8):
        calendar(6, day)
        assert AGENCY in sent(office, REMINDER)
    calendar(6, 9)
    put_return(office.loaded, AGENCY, PERIOD, WRONG, datetime.date(2018, 6, 9))
    assert on_the_board(office).next_step == "Gửi phản hồi"
    assert sent(office, FEEDBACK) == [AGENCY]
    assert on_the_board(office).next_step == "Chờ cơ quan sửa (phản hồi ngày 09/6/2018)"
    assert AGENCY not in sent(office, REMINDER)
    assert on_the_board(office).mails[REMINDER] == []

    texts = []
    for number, day in enumerate((12, 15, 18), 1):
        calendar(6, day)
        assert on_the_board(office).next_step == f"Nhắc sửa lần {number}"
        assert AGENCY in sent(office, REMINDER)
        texts.append(newest(mail))
        assert texts[-1].files == ["Phan-hoi_2018-6T_So-Y-te.xlsx"]
        assert AGENCY not in sent(office, REMINDER)
    first, second, third = texts
    assert "Nhắc sửa phiếu báo cáo" in first.subject
    assert "đã gửi phản hồi ngày 09/6/2018" in first.text
    assert "lần nhắc" not in first.text
    assert "lần nhắc sửa phiếu thứ hai (lần trước: 12/6/2018)" in second.text
    assert "ĐÔN ĐỐC lần 3: sửa phiếu báo cáo" in third.subject
    assert "danh sách cơ quan chưa sửa phiếu báo cáo" in third.text
    assert not any("không nộp" in one.text for one in texts)
    calendar(6, 21)
    assert on_the_board(office).next_step.startswith("Gọi điện")
    held = {one.agency: one.code for one in office.prepare(REMINDER).held}
    assert held[AGENCY] == "reminder-last"

    # The same once more is the last one, not the first of its number.
    assert sent(office, REMINDER, [AGENCY]) == [AGENCY]
    assert newest(mail).subject == third.subject
    row = next(r for r in status_of(office.loaded, PERIOD).tables["Tiến độ nộp"] if r[0] == AGENCY)
    assert row[6:9] == ("12/6/2018", "15/6/2018", "21/6/2018")


def test_an_answer_that_is_sent_again_begins_anew_too(office, mail, calendar):
    calendar(6, 2)
    put_return(office.loaded, AGENCY, PERIOD, WRONG)
    office.send(FORM)
    office.send(FEEDBACK)
    calendar(6, 6)
    assert AGENCY in sent(office, REMINDER)
    calendar(6, 7)
    assert sent(office, FEEDBACK, [AGENCY]) == [AGENCY]
    calendar(6, 11)
    assert on_the_board(office).next_step == "Nhắc sửa lần 1"
    assert AGENCY in sent(office, REMINDER)


def test_how_long_to_wait_is_as_the_sheet_says(office, calendar):
    office.fill_in(Số_ngày_giữa_hai_lần_nhắc="7")
    calendar(6, 2)
    put_return(office.loaded, AGENCY, PERIOD, WRONG)
    office.send(FEEDBACK)
    calendar(6, 6)
    assert on_the_board(office).next_step == "Chờ cơ quan sửa (phản hồi ngày 02/6/2018)"
    calendar(6, 9)
    assert on_the_board(office).next_step == "Nhắc sửa lần 1"
    # Who looks at the board need not have the sheet in order.
    office.fill_in(Số_ngày_giữa_hai_lần_nhắc="nhiều")
    assert on_the_board(office).next_step == "Nhắc sửa lần 1"
