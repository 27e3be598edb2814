"""Mail out and mailbox in under attack, through real servers."""

from __future__ import annotations

import datetime
import email
import imaplib
import io
import json
import socket
from dataclasses import replace
from email.header import Header
from pathlib import Path

import openpyxl
import pytest

from cchc_xl.errors import MailError, TemplateError, UnreadableFileError, WrongPasswordError
from cchc_xl.files.attachments import OLE_SIGNATURE
from cchc_xl.mail.correspondence import deliver, open_carrier, prepare
from cchc_xl.mail.due_letters import LEADERS
from cchc_xl.mail.log import BOUNCED, FORM, REMINDER, Correspondence, correspondence
from cchc_xl.mail.period_status import status_of
from cchc_xl.mail.texts import mail_words
from cchc_xl.master.mail_settings import DRAFTS
from cchc_xl.master.opening import load, master_path
from cchc_xl.period.dispatch import make_forms
from cchc_xl.returns.form import feedback_files
from cchc_xl.text.dates import format_date, now
from cchc_xl.workspace.folders import Workspace
from cchc_xl.writing.templates import using
from tests.support.mail_office import PERIOD, Office, fill_in
from tests.support.mail_servers import OFFICE
from tests.support.mail_writers import Attached, eml
from tests.support.scripted_agencies import address_of, attach, enter_addresses

pytestmark = pytest.mark.long

AGENCY, OTHER = "Sở Tư pháp", "Sở Y tế"


def saved(office: Office) -> list[str]:
    return sorted(path.name for path in (office.root / PERIOD / "nhan-ve").glob("*"))


def log_of(office: Office, period: str = PERIOD) -> Correspondence:
    path = Workspace(office.root).correspondence(period)
    return correspondence(path, office.loaded.programme.registry)


def rename(master: Path, agency: str, name: str) -> None:
    workbook = openpyxl.load_workbook(master, keep_vba=True)
    for cell in (cell for sheet in workbook for row in sheet.iter_rows() for cell in row):
        if cell.value == agency:
            cell.value = name
    workbook.save(master)


def codes(findings) -> list[str]:
    return [one.code for one in findings]


# ------------------------------------------------- a mail that is made to do harm


@pytest.mark.parametrize(
    "header",
    [
        b"Subject: =?utf-8?B?A?=",
        b"Date: Fri, 18 May 2018 09:30:00 +9999",
        b"Date: Fri, 18 May 99999999999999999999 09:30:00 +0700",
        b"Date: Fri, 18 May 2018 09:30:00 +999999999999999999999999",
        b'From: "',
        b"From: a@[",
        b"From: " + b"(" * 5000,
        b"Content-Type: message/rfc822\r\n\r\nMessage-ID: <a@[",
        b"Content-Type: message/rfc822\r\n\r\n" * 3000,
        b"".join(
            b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (n, n)
            for n in range(3000)
        ),
    ],
)
def test_no_mail_of_a_stranger_keeps_others_from_being_fetched(office, agencies, mail, header):
    one = agencies.officers[AGENCY]
    body = b"\r\nContent-Type: application/pdf\r\n\r\n%PDF"
    mail.drop(OFFICE, header + body)
    one.send(attach(one.reply(), one.filled(), one.name))
    mail.wait_delivered()
    office.fetch()
    assert len(saved(office)) == 1


def a_bounce(
    of: str, address: str, message_id: str, form: bytes = b"", subject: str = "x"
) -> bytes:
    """What a mail server says when a mail does not arrive."""
    status = (
        f"Content-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mail.tinh.test\r\n\r\n"
        f"Final-Recipient: rfc822; {address}\r\nAction: failed\r\nStatus: 5.1.1\r\n"
    )
    name = f"Message-ID: {message_id}\r\n" if message_id else ""
    plain = f"Subject: {Header(subject, 'utf-8').encode()}\r\n\r\nx".encode()
    inner = eml([Attached("Phieu.xlsx", form)]) if form else plain
    original = f"Content-Type: message/rfc822\r\n\r\nFrom: {of}\r\n{name}".encode() + inner
    head = (
        f"From: MAILER-DAEMON@tinh.test\r\nTo: {of}\r\nSubject: Undelivered\r\n"
        "Auto-Submitted: auto-replied\r\nMIME-Version: 1.0\r\n"
        "Content-Type: multipart/report; report-type=delivery-status; boundary=zz\r\n\r\n"
    )
    return b"\r\n--zz\r\n".join([head.encode(), status.encode(), original]) + b"\r\n--zz--\r\n"


# ------------------------------------------------------------------ what came back


def test_a_letter_to_a_wrong_address_in_capitals_goes_out_once_it_is_mended(office, mail):
    enter_addresses(master_path(office.root), {AGENCY: "So.Tu.Phap@Khac.Test"})
    office.send(FORM)
    mail.wait_delivered()
    office.fetch()
    assert "mail-bounced" in codes(office.prepare(FORM).held)
    enter_addresses(master_path(office.root), {AGENCY: mail.add(address_of(AGENCY))})
    assert [one.agency for one in office.send(FORM).letters] == [AGENCY]


def test_a_form_that_came_back_to_its_agency_and_is_sent_on_counts(office, agencies, mail):
    one = agencies.officers[AGENCY]
    returned = a_bounce(one.address, OFFICE, "<cua-so@tinh.test>", one.filled())
    letter = one.letter("Thư bị trả lại, gửi lại", "Gửi lại.\n")
    letter.add_attachment(email.message_from_bytes(returned, policy=letter.policy))
    one.send(letter)
    mail.wait_delivered()
    office.fetch()
    assert len(saved(office)) == 1


def test_a_bounce_without_an_identity_is_of_the_last_mail_only(office, agencies, mail):
    loaded = office.loaded
    before = prepare(loaded, "2018-Q1", FORM)
    deliver(loaded, before, lambda: open_carrier(loaded, before))
    mail.drop(OFFICE, a_bounce(OFFICE, address_of(AGENCY), ""))
    office.fetch()
    events = [log_of(office, period).events for period in ("2018-Q1", PERIOD)]
    assert sum(one.event == BOUNCED for log in events for one in log) == 1


def test_a_late_bounce_of_an_address_that_was_mended_is_no_trouble(office, agencies, mail):
    log = log_of(office)
    sent = log.last(FORM, AGENCY, "")
    office.send(FORM, [AGENCY])
    mail.drop(OFFICE, a_bounce(OFFICE, address_of(AGENCY), sent.message_id))
    office.fetch()
    board = status_of(office.loaded, PERIOD)
    assert next(one for one in board.agencies if one.agency == AGENCY).trouble == ""


# ------------------------------------------------------------- never twice, never lost


def test_an_agency_that_was_renamed_does_not_get_its_letter_again(office, agencies, mail):
    rename(master_path(office.root), OTHER, "Sở Y tế và Dân số")
    outgoing = office.prepare(FORM)
    assert "Sở Y tế và Dân số" in [one.agency for one in outgoing.held]
    assert outgoing.letters == ()


def test_what_a_newer_version_wrote_into_the_log_is_not_sent_again(office, agencies):
    path = Workspace(office.root).correspondence(PERIOD)
    lines = [json.loads(line) for line in path.read_text("utf-8").splitlines() if line]
    path.write_text("\n".join(json.dumps({**line, "via": "x"}) for line in lines), "utf-8")
    assert office.prepare(FORM).letters == ()
    path.write_text('{"moment": "2030", "what": "sent", "who": "x"}\n', "utf-8")
    with pytest.raises(UnreadableFileError, match="Nhật ký thư"):
        office.prepare(FORM)


def test_a_mailbox_that_is_numbered_anew_brings_nothing_twice(office, agencies, mail):
    one = agencies.officers[AGENCY]
    one.send(attach(one.reply(), one.filled(), one.name))
    mail.wait_delivered()
    office.fetch()
    [path] = (office.root / PERIOD / "nhan-ve").iterdir()
    path.write_bytes(path.read_bytes() + b"\0")  # opened and saved by an officer
    mails = mail.deliveries(OFFICE)
    mail.empty(OFFICE)
    for raw in mails:
        mail.drop(OFFICE, raw)
    office.fetch()
    assert len(saved(office)) == 1


def test_a_workbook_that_cannot_be_read_is_told_beside_a_good_one(office, agencies, mail):
    one = agencies.officers[AGENCY]
    letter = attach(one.reply(), one.filled(), one.name)
    one.send(attach(letter, OLE_SIGNATURE + bytes(3000), "Phiếu đơn vị trực thuộc.xlsx"))
    mail.wait_delivered()
    found = office.fetch().findings
    assert len(saved(office)) == 1
    assert "mail-file-left" in codes(found)


def test_a_mail_that_cannot_be_taken_apart_is_told(office, agencies, mail):
    one = agencies.officers[AGENCY]
    mail.add(one.private)
    letter = one.letter("Phiếu", sender=one.private)
    for number in range(510):
        attach(letter, b"PK\3\4", f"{number}.xlsx")
    one.send(letter, one.private)
    mail.wait_delivered()
    assert codes(office.fetch().findings) == ["mail-file-left"]


# What Excel leaves lying beside an open workbook counts only where it is a form.
STRANGE_NAMES = ["ế" * 140 + ".xlsx", "CON.xlsx", "..\\..\\x.xlsx", "Phiếu.xlsx . ."]


@pytest.mark.parametrize(
    ("name", "good"),
    [("~$Phieu_2018-6T_So-Tu-phap.xlsx", True)]
    + [(name, good) for name in STRANGE_NAMES for good in (True, False)],
)
def test_whatever_a_workbook_is_called_it_comes_into_nhan_ve(office, agencies, mail, name, good):
    one = agencies.officers[AGENCY]
    content = one.filled() if good else OLE_SIGNATURE + bytes(3000)
    one.send(attach(one.reply(), content, name))
    mail.wait_delivered()
    office.fetch()
    assert len(list(Workspace(office.root).returned_files(PERIOD))) == 1


def test_what_a_leader_answers_is_no_return(office, agencies, mail):
    leader = mail.add("lanh-dao@tinh.test")
    event = replace(
        log_of(office).last(FORM, AGENCY, ""),
        agency=LEADERS,
        agency_id="",
        kind="result",
        message_id="<ket-qua@tinh.test>",
    )
    log_of(office).add(event)
    one = agencies.officers[AGENCY]
    letter = one.letter("Re: Kết quả", sender=leader)
    letter["In-Reply-To"] = event.message_id
    workbook = io.BytesIO()
    openpyxl.Workbook().save(workbook)
    mail.drop(OFFICE, attach(letter, workbook.getvalue(), "Phu-luc-2.xlsx").as_bytes())
    office.fetch()
    assert saved(office) == []


def test_two_agencies_with_one_address_are_not_taken_for_each_other(office, agencies, mail):
    enter_addresses(master_path(office.root), {OTHER: address_of(AGENCY)})
    one = agencies.officers[AGENCY]
    one.send(attach(one.letter("Phiếu"), one.filled(), one.name))
    mail.wait_delivered()
    assert codes(office.fetch().findings) == ["mail-form-saved"]


def test_an_address_that_stands_twice_gets_one_letter(office, mail):
    mail.add(address_of(AGENCY))
    twice = f"{address_of(AGENCY)}; {address_of(AGENCY).upper()}"
    enter_addresses(master_path(office.root), {AGENCY: twice})
    letters = office.prepare(FORM).letters
    assert {one.agency: len(one.recipients) for one in letters}[AGENCY] == 1


def test_a_first_version_that_comes_again_after_a_second_one_is_told(office, agencies, mail):
    one = agencies.officers[AGENCY]
    first, second = one.filled(), one.filled({})
    assert first != second
    for number, content in enumerate((first, second, first)):
        when = datetime.datetime.now(datetime.UTC) - datetime.timedelta(hours=3 - number)
        letter = one.reply()
        del letter["Date"]
        mail.drop(OFFICE, attach(letter, content, one.name).as_bytes(), when)
    assert "mail-form-older-again" in codes(office.fetch().findings)


def test_agencies_whose_names_differ_in_diacritics_only_have_drafts_of_their_own(workspace):
    master = master_path(workspace)
    rename(master, OTHER, "Sở Tứ pháp")
    enter_addresses(master, {"Sở Tứ pháp": "a@tinh.test", AGENCY: "b@tinh.test"})
    loaded = load(workspace)
    outgoing = prepare(loaded, PERIOD, FORM, way=DRAFTS)
    deliver(loaded, outgoing, lambda: open_carrier(loaded, outgoing))
    assert len(list(loaded.workspace.drafts(PERIOD).iterdir())) == 2
    assert (
        len(set(feedback_files(loaded.programme, loaded.programme.period_by_id[PERIOD]).values()))
        == 36
    )


# --------------------------------------------------------------- one line for a failure


@pytest.mark.parametrize("command", [b"LOGIN", b"SELECT", b"EXAMINE"])
@pytest.mark.parametrize("how", ["cut", "hang"])
def test_a_line_that_breaks_is_no_wrong_password_and_no_missing_folder(
    office, mail, monkeypatch, command, how
):
    monkeypatch.setattr("cchc_xl.mail.mailbox.SECONDS_TO_ANSWER", 1)
    if command == b"SELECT":
        fill_in(master_path(office.root), Đánh_dấu_đã_đọc="Có")
    original = imaplib.IMAP4.send

    def broken(self, data):
        if command in data.upper():
            if how == "hang":
                return
            self.sock.shutdown(socket.SHUT_RDWR)
        original(self, data)

    monkeypatch.setattr(imaplib.IMAP4, "send", broken)
    with pytest.raises(MailError) as told:
        office.fetch()
    assert not isinstance(told.value, WrongPasswordError)
    assert "thư mục" not in str(told.value)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("thu-phieu.txt", "Kính gửi: {{ co_quan }}".encode("utf-16-le")),
        ("thu.html", "<p>Kính gửi</p>".encode("cp1258", "replace") + b"\xff"),
        ("van-ban.toml", b"[thu]\nphieu = '{{ khong_co }}'\n"),
        ("thu-phieu.txt", b"{% if co_quan %}"),
    ],
)
def test_a_broken_own_template_is_told_before_anything_is_written(workspace, name, content):
    (workspace / "mau").mkdir()
    (workspace / "mau" / name).write_bytes(content)
    before = sorted(workspace.rglob("*"))
    with pytest.raises(TemplateError, match=name):
        prepare(load(workspace), PERIOD, FORM)
    assert sorted(workspace.rglob("*")) == before


def test_an_empty_list_of_subjects_is_told():
    with using({"van-ban.toml": b"[thu]\nnhac = []\n"}), pytest.raises(TemplateError):
        mail_words(REMINDER, {"lan": 1})


def test_no_reminder_asks_for_a_return_before_the_day_that_all_were_told(workspace, monkeypatch):
    loaded = load(workspace)
    period = loaded.programme.period_by_id[PERIOD]
    enter_addresses(master_path(workspace), {AGENCY: address_of(AGENCY)})
    make_forms(loaded, PERIOD)
    last = period.due_before - datetime.timedelta(days=1)
    # The second one names the last day that all were told, and the third waits for it to pass.
    for days_before, goes in ((20, 1), (16, 1), (12, 0), (0, 1)):
        day = period.due_before - datetime.timedelta(days=days_before)
        monkeypatch.setattr("cchc_xl.mail.period_status.today", lambda day=day: day)
        loaded = load(workspace)
        outgoing = prepare(loaded, PERIOD, REMINDER, way=DRAFTS)
        assert len(outgoing.letters) == goes
        deliver(loaded, outgoing, lambda o=outgoing, x=loaded: open_carrier(x, o))
        for letter in outgoing.letters:
            assert days_before != 16 or format_date(last) in letter.words.plain
        path = Workspace(workspace).correspondence(PERIOD)
        written = str(now().date())
        path.write_text(path.read_text("utf-8").replace(written, str(day)), "utf-8")


def test_a_form_from_an_address_that_nobody_knows_is_told(office, agencies, mail):
    one, other = agencies.officers[AGENCY], agencies.officers[OTHER]
    for officer in (one, other):
        mail.add(officer.private)
    letter = attach(one.letter("Phiếu", sender=one.private), one.filled(), "Phieu.xlsx")
    one.send(letter, one.private)
    mail.wait_delivered()
    assert codes(office.fetch().findings) == ["mail-form-saved", "mail-form-from-unknown"]
    # Who answers the office's own mail had that mail.
    answer = other.letter("Phiếu", sender=other.private)
    answer["In-Reply-To"] = other.asked["Message-ID"]
    other.send(attach(answer, other.filled(), "Phieu.xlsx"), other.private)
    mail.wait_delivered()
    assert codes(office.fetch().findings) == ["mail-form-saved"]


def test_the_blank_form_that_comes_back_in_an_answer_is_no_return(office, agencies, mail):
    one = agencies.officers[AGENCY]
    one.send(attach(one.reply("Đã nhận được phiếu."), one.form, one.name))
    mail.wait_delivered()
    assert codes(office.fetch().findings) == ["mail-form-blank"]
    assert not list(Workspace(office.root).returned_files(PERIOD))
