"""Which mails are looked at and downloaded, and what of them is kept."""

from __future__ import annotations

import io
from email.message import EmailMessage

import openpyxl
import pytest

from cchc_xl.cli.steps import consolidate_period
from cchc_xl.files.attachments import OLE_SIGNATURE
from cchc_xl.mail.mailbox import Mailbox
from cchc_xl.mail.passwords import keep_password
from cchc_xl.master.opening import master_path
from cchc_xl.plan.mail_kinds import MailKind
from cchc_xl.returns.form import IDENTITY_SHEET
from cchc_xl.workspace.folders import Workspace
from tests.support.mail_office import PERIOD
from tests.support.mail_seen import a_bounce, log_of, saved, status, table
from tests.support.mail_servers import OFFICE
from tests.support.scripted_agencies import address_of, attach

pytestmark = pytest.mark.long

AGENCY, OTHER = "Sở Tư pháp", "Sở Y tế"


def codes(findings) -> list[str]:
    return [one.code for one in findings]


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


@pytest.mark.parametrize("what", ["account", "folder"])
def test_another_account_or_folder_is_another_mailbox(office, agencies, mail, what):
    """Zimbra and Exchange give every folder the same UIDVALIDITY."""
    one = agencies.officers[OTHER]
    new = mail.add("cchc@tinh.test")
    for address in (OFFICE, new):
        mail.make_folder(address, 1)
    mail.drop(OFFICE, one.letter("Lịch họp").as_bytes())
    mail.drop(OFFICE, attach(one.reply(), b"PK", "a.xlsx").as_bytes())
    office.fetch()
    answer = attach(one.reply(), one.filled(), one.name).as_bytes()
    if what == "account":
        office.fill_in(Tên_đăng_nhập=new)
        keep_password(office.settings.imap, mail.password(new))
        for raw in (one.letter("Lịch họp").as_bytes(), answer):
            mail.drop(new, raw)
    else:
        office.fill_in(Thư_mục_thư="Phieu")
        mail.make_folder(OFFICE, 1, "Phieu")
        for raw in (one.letter("Lịch họp").as_bytes(), answer):
            mail.drop(OFFICE, raw, folder="Phieu")
    office.fetch()
    assert status(office, OTHER).submission.accepted


def told(fetched) -> list[str]:
    return [one.code for one in fetched.findings if one.severity != "info"]


def without_head(officer) -> bytes:
    """The table alone, in a new workbook."""
    form = openpyxl.load_workbook(io.BytesIO(officer.filled())).worksheets[0]
    start = next(row for row in range(1, 30) if form.cell(row, 1).value == "Mã")
    return table(*(row[:13] for row in form.iter_rows(min_row=start, values_only=True)))


def of_an_agency_nobody_knows(officer) -> bytes:
    workbook = openpyxl.load_workbook(io.BytesIO(officer.filled()))
    for sheet in workbook.worksheets[1:]:
        del workbook[sheet.title]
    cell = workbook.worksheets[0]["A3"]
    cell.value = cell.value.replace(officer.agency, "Sở Dân số")
    buffer = io.BytesIO()
    workbook.save(buffer)
    return buffer.getvalue()


def of_another_year(officer) -> bytes:
    workbook = openpyxl.load_workbook(io.BytesIO(officer.filled()))
    for row in workbook[IDENTITY_SHEET].iter_rows():
        for cell in row:
            if cell.value == PERIOD:
                cell.value = "2017-6T"
    buffer = io.BytesIO()
    workbook.save(buffer)
    return buffer.getvalue()


@pytest.mark.parametrize("content_of", [without_head, of_an_agency_nobody_knows, of_another_year])
def test_a_form_that_has_no_place_is_told_and_waits_for_an_officer(
    office, agencies, mail, content_of
):
    one = agencies.officers[OTHER]
    mail.add(one.private)
    letter = one.letter("Phiếu CCHC", sender=one.private)
    one.send(attach(letter, content_of(one), "BC CCHC.xlsx"), one.private)
    mail.wait_delivered()
    assert told(office.fetch()) == ["mail-form-unplaced"]
    [file] = saved(office)
    done = consolidate_period(office.loaded, PERIOD)
    assert OTHER not in done.ledger.accepted
    assert file in [found.place.file for found in done.ledger.findings]
    if content_of is of_another_year:
        return
    choose(office, file, OTHER)
    assert OTHER in consolidate_period(office.loaded, PERIOD).ledger.accepted


def choose(office, file: str, agency: str) -> None:
    """Say on the sheet Xử lý phiếu whose a file is."""
    master = master_path(office.root)
    workbook = openpyxl.load_workbook(master, keep_vba=True)
    page = workbook["Xử lý phiếu"]
    columns = {cell.value: cell.column for cell in page[4]}
    said = {
        "Kỳ": PERIOD,
        "Tệp": file,
        "Xử lý": "Dùng bản này",
        "Cơ quan": agency,
        "Lý do": "Cơ quan xác nhận qua điện thoại",
    }
    for name, value in said.items():
        page.cell(5, columns[name]).value = value
    workbook.save(master)


@pytest.fixture
def downloads(monkeypatch) -> list[str]:
    """The subjects of the mails that were downloaded whole."""
    content, asked = Mailbox.content, []

    def noted(self, heading):
        asked.append(heading.subject)
        return content(self, heading)

    monkeypatch.setattr(Mailbox, "content", noted)
    return asked


PDF, WORD = "application/pdf", "application/msword"


EXCEL = "application/vnd.ms-excel"


def with_file(mail: EmailMessage, kind: str, name: str, content: bytes = b"%PDF-1.4") -> bytes:
    main, _, sub = kind.partition("/")
    mail.add_attachment(content, maintype=main, subtype=sub, filename=name)
    return mail.as_bytes()


@pytest.mark.parametrize(
    ("kind", "name", "is_wanted"),
    [
        (PDF, "Công văn số 12.pdf", False),
        ("application/octet-stream", "Công văn.docx", False),
        (WORD, "Công văn.doc", False),
        ("application/pkcs7-signature", "smime.p7s", False),
        ("image/jpeg", "ảnh.jpg", False),
        ("text/calendar", "moi-hop.ics", False),
        (PDF, "Báo cáo cải cách hành chính sáu tháng đầu năm của đơn vị chúng tôi.xlsx", True),
        (EXCEL, "Phieu.doc", True),
        ("application/octet-stream", "phieu", True),
        ("application/ms-tnef", "winmail.dat", True),
        ("application/x-zip-compressed", "ho so.zip", True),
        ("application/octet-stream", "thu.eml", True),
        ("image/png", "phieu.xlsx", True),
    ],
)
def test_only_mails_that_may_bring_something_are_downloaded(
    office, agencies, mail, downloads, kind, name, is_wanted
):
    letter = agencies.officers[OTHER].letter("Công văn", sender="van-thu@bo.test")
    mail.drop(OFFICE, with_file(letter, kind, name))
    assert office.fetch().mails == is_wanted
    assert len(downloads) == is_wanted


def test_an_answer_with_a_scan_is_told_without_being_downloaded(office, agencies, mail, downloads):
    one = agencies.officers[OTHER]
    mail.drop(OFFICE, with_file(one.reply(), PDF, "Báo cáo đã ký.pdf"))
    away = one.reply("Tôi nghỉ phép.")
    away["Auto-Submitted"] = "auto-replied"
    mail.drop(OFFICE, with_file(away, "image/png", "chu-ky.png"))
    found = office.fetch().findings
    assert [f.code for f in found] == ["mail-without-form", "mail-automatic"]
    assert "; có: Báo cáo đã ký.pdf)" in found[0].message
    assert downloads == []
    assert office.fetch().mails == 0


def test_a_bounce_without_a_file_is_downloaded(office, agencies, mail, downloads):
    identity = log_of(office).last(MailKind.FORM, AGENCY, "").message_id
    mail.drop(OFFICE, a_bounce(OFFICE, address_of(AGENCY), identity))
    assert told(office.fetch()) == ["mail-bounced"]
    assert len(downloads) == 1


def test_other_peoples_mails_are_not_counted(office, agencies, mail):
    one = agencies.officers[OTHER]
    mail.drop(OFFICE, one.letter("Thư ngỏ", sender="ai-do@bo.test").as_bytes())
    mail.drop(OFFICE, attach(one.reply(), one.filled(), one.name).as_bytes())
    assert [office.fetch().mails for _ in range(2)] == [1, 0]
