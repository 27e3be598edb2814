"""Who owes what, and what the office does about it: what the board says next is what the buttons
send. With real mail servers."""

from __future__ import annotations

import datetime
from dataclasses import replace
from types import SimpleNamespace

import openpyxl
import pytest

from cchc_xl.cli.steps import consolidate_period
from cchc_xl.mail.board import status_of
from cchc_xl.mail.chasing import mails_to, working_day
from cchc_xl.mail.letter import MARK
from cchc_xl.mail.log import BOUNCED, DRAFT, SENT, Correspondence, MailEvent
from cchc_xl.mail.log import correspondence as log_of
from cchc_xl.master.opening import master_path
from cchc_xl.plan.mail_kinds import MailKind
from cchc_xl.text.dates import VIETNAM
from cchc_xl.workspace.folders import Workspace
from tests.support.forms import edit_workbook
from tests.support.mail_office import PERIOD, Office
from tests.support.mail_servers import OFFICE
from tests.support.scripted_agencies import address_of
from tests.support.year import put_return

AGENCY = "Sở Y tế"
WRONG = {"III.1": {"status": "Gần xong"}}
RIGHT = {"III.1": {"status": "Đang thực hiện", "percent": 50}}


@pytest.fixture
def calendar(monkeypatch):
    """What day it is in the office."""

    def set_day(month: int, day: int) -> None:
        today = datetime.date(2018, month, day)
        now = datetime.datetime.combine(today, datetime.time(9), VIETNAM)
        monkeypatch.setattr("cchc_xl.mail.board.today", lambda: today)
        monkeypatch.setattr("cchc_xl.mail.carriers.now", lambda: now)

    return set_day


def on_the_board(office: Office, agency: str = AGENCY):
    return next(o for o in status_of(office.loaded, PERIOD).agencies if o.agency == agency)


def correspondence(office: Office) -> Correspondence:
    path = Workspace(office.root).correspondence(PERIOD)
    return log_of(path, office.loaded.programme.registry)


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
    master = master_path(office.root)
    workbook = openpyxl.load_workbook(master, keep_vba=True)
    page = workbook["Xử lý phiếu"]
    columns = {cell.value: cell.column for cell in page[4]}
    said = {"Kỳ": PERIOD, "Tệp": file, "Xử lý": "Loại khỏi tổng hợp", "Lý do": "gửi nhầm"}
    for heading, value in said.items():
        page.cell(5, columns[heading]).value = value
    workbook.save(master)


# ----------------------------------------------- a return that is none any more


@pytest.mark.long
def test_who_has_a_return_left_out_owes_one_as_if_nothing_had_come(office, mail, calendar):
    calendar(5, 15)
    office.send(MailKind.FORM)
    path = put_return(office.loaded, AGENCY, PERIOD, RIGHT)
    leave_out(office, path.name)
    calendar(5, 20)
    assert on_the_board(office).next_step == "Chờ nộp, hạn trước 01/6/2018"
    calendar(6, 5)
    shown = on_the_board(office)
    assert (shown.state, shown.late, shown.next_step) == ("missing", 5, "Nhắc nộp lần 1")
    assert [one.code for one in office.prepare(MailKind.FORM).held if one.agency == AGENCY] == [
        "mail-sent-before"
    ]
    assert AGENCY in sent(office, MailKind.REMINDER)
    letter = newest(mail)
    assert "đã nhận tệp Quý cơ quan gửi ngày 23/5/2018" in letter.text
    assert "không lấy tệp đó vào tổng hợp" in letter.text
    assert letter.files == [path.name]
    assert on_the_board(office).next_step == "Chờ nộp (nhắc lần 1 ngày 05/6/2018)"


def test_who_was_left_out_before_a_form_was_sent_gets_one(office, calendar):
    calendar(5, 15)
    leave_out(office, put_return(office.loaded, AGENCY, PERIOD, RIGHT).name)
    assert on_the_board(office).next_step == "Gửi phiếu"
    assert AGENCY in sent(office, MailKind.FORM)


@pytest.mark.long
def test_who_has_a_return_that_is_gone_from_the_folder_owes_one(office, mail, calendar):
    calendar(5, 15)
    office.send(MailKind.FORM)
    path = put_return(office.loaded, AGENCY, PERIOD, RIGHT)
    consolidate_period(office.loaded, PERIOD)
    path.unlink()
    calendar(6, 5)
    shown = on_the_board(office)
    assert (shown.state, shown.next_step) == ("missing", "Nhắc nộp lần 1")
    assert AGENCY in sent(office, MailKind.REMINDER)
    assert "chưa nhận được phiếu báo cáo" in newest(mail).text


# ------------------------------------------------------ an answer begins anew


@pytest.mark.long
def test_reminders_to_mend_are_numbered_anew_and_speak_of_mending(office, mail, calendar):
    calendar(6, 2)
    office.send(MailKind.FORM)
    for day in (4, 8):
        calendar(6, day)
        assert AGENCY in sent(office, MailKind.REMINDER)
    calendar(6, 9)
    put_return(office.loaded, AGENCY, PERIOD, WRONG, datetime.date(2018, 6, 9))
    assert on_the_board(office).next_step == "Gửi phản hồi"
    assert sent(office, MailKind.FEEDBACK) == [AGENCY]
    assert on_the_board(office).next_step == "Chờ cơ quan sửa (phản hồi ngày 09/6/2018)"
    assert AGENCY not in sent(office, MailKind.REMINDER)
    assert on_the_board(office).mails[MailKind.REMINDER] == []

    texts = []
    for number, day in enumerate((12, 15, 19), 1):
        calendar(6, day)
        assert on_the_board(office).next_step == f"Nhắc sửa lần {number}"
        assert AGENCY in sent(office, MailKind.REMINDER)
        texts.append(newest(mail))
        assert texts[-1].files == ["Phan-hoi_2018-6T_So-Y-te.xlsx"]
        assert AGENCY not in sent(office, MailKind.REMINDER)
    first, second, third = texts
    assert "Nhắc sửa phiếu báo cáo" in first.subject
    assert "đã gửi phản hồi ngày 09/6/2018" in first.text
    assert "lần nhắc" not in first.text
    assert "lần nhắc sửa phiếu thứ hai (lần trước: 12/6/2018)" in second.text
    assert "ĐÔN ĐỐC lần 3: sửa phiếu báo cáo" in third.subject
    assert "danh sách cơ quan chưa sửa phiếu báo cáo" in third.text
    assert not any("không nộp" in one.text for one in texts)
    calendar(6, 23)
    assert on_the_board(office).next_step.startswith("Gọi điện")
    held = {one.agency: one.code for one in office.prepare(MailKind.REMINDER).held}
    assert held[AGENCY] == "reminder-last"

    # The same once more is the last one, not the first of its number.
    assert sent(office, MailKind.REMINDER, [AGENCY]) == [AGENCY]
    assert newest(mail).subject == third.subject
    row = next(r for r in status_of(office.loaded, PERIOD).tables["Tiến độ nộp"] if r[0] == AGENCY)
    assert row[6:9] == ("12/6/2018", "15/6/2018", "23/6/2018")


@pytest.mark.long
def test_an_answer_that_is_sent_again_begins_anew_too(office, mail, calendar):
    calendar(6, 2)
    put_return(office.loaded, AGENCY, PERIOD, WRONG)
    office.send(MailKind.FORM)
    office.send(MailKind.FEEDBACK)
    calendar(6, 6)
    assert AGENCY in sent(office, MailKind.REMINDER)
    calendar(6, 7)
    assert sent(office, MailKind.FEEDBACK, [AGENCY]) == [AGENCY]
    calendar(6, 11)
    assert on_the_board(office).next_step == "Nhắc sửa lần 1"
    assert AGENCY in sent(office, MailKind.REMINDER)


def test_a_draft_found_late_moves_no_reminder():
    """An answer and a reminder lay as drafts; the officer sent the reminder first."""
    log = Correspondence(None)

    def note(event: str, kind: str, about: str, day: int) -> None:
        moment = datetime.datetime(2018, 6, day, 9, tzinfo=VIETNAM)
        log.events.append(
            MailEvent(moment, event, kind, AGENCY, about, f"<{kind}{day}>", (OFFICE,), ())
        )

    def reminders() -> list[str]:
        return [one.about for one in mails_to(log, AGENCY)[MailKind.REMINDER]]

    note(DRAFT, MailKind.REMINDER, "1", 1)
    note(DRAFT, MailKind.FEEDBACK, "f" * 64, 2)
    assert reminders() == []
    note(DRAFT, MailKind.REMINDER, "1-180602090000", 5)
    note(SENT, MailKind.REMINDER, "1-180602090000", 6)
    note(SENT, MailKind.REMINDER, "1", 7)
    note(SENT, MailKind.FEEDBACK, "f" * 64, 8)
    assert reminders() == ["1-180602090000"]
    (answer,) = mails_to(log, AGENCY)[MailKind.FEEDBACK]
    assert (answer.time.day, log.handed_over(answer).time.day) == (8, 2)


def test_what_became_of_a_mail_that_nobody_needs_any_more_hides_no_step(office, mail, calendar):
    """The form came back, but the agency has returned one that it got elsewhere."""
    calendar(5, 15)
    office.send(MailKind.FORM)
    log = correspondence(office)
    (form,) = log.gone(MailKind.FORM, AGENCY)
    log.add(replace(form, event=BOUNCED, address=address_of(AGENCY), reason="x"))
    assert on_the_board(office).next_step.startswith("Thư 15/5/2018 bị trả lại")
    put_return(office.loaded, AGENCY, PERIOD, WRONG)
    assert on_the_board(office).next_step == "Gửi phản hồi"


def test_how_long_to_wait_is_as_the_sheet_says(office, calendar):
    office.fill_in(Số_ngày_giữa_hai_lần_nhắc="7")
    calendar(6, 2)
    put_return(office.loaded, AGENCY, PERIOD, WRONG)
    office.send(MailKind.FEEDBACK)
    calendar(6, 6)
    assert on_the_board(office).next_step == "Chờ cơ quan sửa (phản hồi ngày 02/6/2018)"
    calendar(6, 9)
    assert on_the_board(office).next_step == "Nhắc sửa lần 1"
    # Who looks at the board need not have the sheet in order.
    office.fill_in(Số_ngày_giữa_hai_lần_nhắc="nhiều")
    assert on_the_board(office).next_step == "Nhắc sửa lần 1"


# ---------------------------------------------------------------- new deadlines


def test_a_form_that_goes_out_after_the_due_day_names_a_new_one(office, mail, calendar):
    calendar(6, 1)  # a Friday: returns were due before it
    office.send(MailKind.FORM)
    letter = newest(mail)
    assert "**" not in letter.text
    assert "chậm nhất ngày 04/6/2018; hạn nộp của kỳ này (trước ngày 01/6/2018) đã qua" in (
        letter.text
    )


@pytest.mark.long
def test_a_second_reminder_before_a_holiday_gives_a_day_after_it(office, mail, calendar):
    edit_workbook(
        master_path(office.root),
        "Kỳ báo cáo",
        {"Kỳ": PERIOD},
        **{"Nộp trước ngày": datetime.date(2018, 4, 20)},
    )
    calendar(4, 20)
    office.send(MailKind.FORM)
    for day in (24, 27):  # Monday 30/4 and Tuesday 1/5 are holidays
        calendar(4, day)
        office.send(MailKind.REMINDER)
    assert "chậm nhất ngày 02/5/2018" in newest(mail).text


# Each year's first day of Tết and Giỗ Tổ (10/3 by the moon), as the government announced them;
# 2027's as almanacs have them.
MOON = {
    2017: ((1, 28), (4, 6)),
    2018: ((2, 16), (4, 25)),
    2019: ((2, 5), (4, 14)),
    2020: ((1, 25), (4, 2)),
    2021: ((2, 12), (4, 21)),
    2022: ((2, 1), (4, 10)),
    2023: ((1, 22), (4, 29)),
    2024: ((2, 10), (4, 18)),
    2025: ((1, 29), (4, 7)),
    2026: ((2, 17), (4, 26)),
    2027: ((2, 6), (4, 16)),
}


@pytest.mark.parametrize("year", MOON)
def test_no_new_deadline_is_on_a_day_off(year):
    new_year, kings = (datetime.date(year, *day) for day in MOON[year])
    off = {new_year + datetime.timedelta(days=n) for n in range(-1, 4)} | {kings}
    off |= {datetime.date(year, *day) for day in ((1, 1), (4, 30), (5, 1), (9, 2))}
    days = [datetime.date(year, 1, 1) + datetime.timedelta(days=n) for n in range(365)]
    for day in days:
        found = working_day(day, 1)
        assert found not in off
        assert found > day
        assert (found - day).days <= 12  # Tết with the weekends around it
    plain = [day for day in days if 6 <= day.month <= 8 and day.weekday() < 4]
    assert all(working_day(d, 1) == d + datetime.timedelta(days=1) for d in plain if d.day < 29)
