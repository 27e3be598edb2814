"""What reviewers of the mailbox met: whose a mail is, what is told of it and how often, when a
return left its agency, through real servers."""

from __future__ import annotations

import datetime
import email
import io
import json
from email.message import EmailMessage

import openpyxl
import pytest
from click.testing import CliRunner

from cchc_xl.cli.commands import cchc_xl
from cchc_xl.cli.steps import audit_period, consolidate_period
from cchc_xl.errors import MailError
from cchc_xl.excel.mail_commands import _as_much_as_fits
from cchc_xl.files.attachments import OLE_SIGNATURE
from cchc_xl.mail.collecting import fetch
from cchc_xl.mail.letter import MARK
from cchc_xl.mail.log import BOUNCED, FEEDBACK, FORM, REMINDER
from cchc_xl.mail.mailbox import Mailbox, open_mailbox
from cchc_xl.mail.passwords import keep_password
from cchc_xl.mail.period_status import status_of
from cchc_xl.master.mail_settings import DRAFTS
from cchc_xl.master.opening import master_path
from cchc_xl.returns.form import IDENTITY_SHEET
from cchc_xl.text.dates import VIETNAM
from cchc_xl.workspace.disk import set_arrival
from cchc_xl.workspace.folders import Workspace
from tests.mail.test_mail_attacked import a_bounce, log_of, saved
from tests.support.mail_office import PERIOD
from tests.support.mail_servers import OFFICE
from tests.support.scripted_agencies import ScriptedAgencies, address_of, attach, enter_addresses

pytestmark = pytest.mark.long

AGENCY, OTHER = "Sở Tư pháp", "Sở Y tế"


def status(office, agency):
    return next(one for one in status_of(office.loaded, PERIOD).agencies if one.agency == agency)


def table(*rows) -> bytes:
    """A workbook about something else."""
    workbook = openpyxl.Workbook()
    for row in rows or (("STT", "Họ tên"), (1, "Nguyễn Văn A")):
        workbook.active.append(row)
    buffer = io.BytesIO()
    workbook.save(buffer)
    return buffer.getvalue()


def dated(mail: EmailMessage, day: datetime.datetime, *, taken: bool = False) -> EmailMessage:
    """The same mail, written at another time; `taken` by a server at that time, whatever the
    mail says itself."""
    if taken:
        mail["Received"] = f"from may by mail.tinh.test; {email.utils.format_datetime(day)}"
    else:
        del mail["Date"]
        mail["Date"] = day
    return mail


# -------------------------------------------------------- when a return left its agency

IN_TIME = datetime.datetime(2018, 5, 30, 9, tzinfo=VIETNAM)
LATE = datetime.datetime(2018, 6, 11, 9, tzinfo=VIETNAM)


def forwarded(officer, inner: EmailMessage) -> EmailMessage:
    """A mail that came to an officer's own mailbox, carried on to the office's on a later day."""
    outer = dated(officer.letter("Fwd: Phiếu", sender="canbo@tinh.test"), LATE)
    outer.add_attachment(inner)
    return outer


def collected(mail: EmailMessage) -> EmailMessage:
    """A mail that the office's server took over from another on a later day: the last stamp is the
    first server's."""
    stamps = [f"from noi-khac; {email.utils.format_datetime(LATE)}", *mail.get_all("Received")]
    del mail["Received"]
    for stamp in stamps:
        mail["Received"] = stamp
    return mail


def without_date(officer) -> EmailMessage:
    mail = attach(officer.letter("Phiếu"), officer.filled(), officer.name)
    del mail["Date"]
    return mail


@pytest.mark.parametrize(
    ("mail_of", "day"),
    [
        (lambda o: forwarded(o, dated(without_date(o), IN_TIME)), IN_TIME),
        (lambda o: dated(without_date(o), IN_TIME), IN_TIME),
        # No clock of an agency is believed that a server knew to be wrong, nor one in the future.
        (lambda o: dated(dated(without_date(o), IN_TIME), LATE, taken=True), LATE),
        (lambda o: forwarded(o, dated(dated(without_date(o), LATE), IN_TIME, taken=True)), IN_TIME),
        (lambda o: forwarded(o, dated(without_date(o), LATE.replace(year=2001))), LATE),
        (lambda o: collected(dated(dated(without_date(o), IN_TIME), IN_TIME, taken=True)), IN_TIME),
    ],
    ids=[
        "forwarded",
        "late on its way",
        "wrong clock",
        "clock of the inner",
        "before the year",
        "collected late",
    ],
)
def test_a_mail_has_the_same_day_however_it_came_in(office, agencies, mail, mail_of, day):
    raw = mail_of(agencies.officers[OTHER]).as_bytes()
    mail.drop(OFFICE, raw, LATE + datetime.timedelta(minutes=1))
    office.fetch()
    fetched = status(office, OTHER)
    [path] = (office.root / PERIOD / "nhan-ve").iterdir()
    assert path.suffix == ".xlsx"
    path.unlink()
    by_hand = path.with_name("thu.eml")
    by_hand.write_bytes(raw)
    set_arrival(by_hand, (LATE + datetime.timedelta(minutes=1)).timestamp())
    dropped = status(office, OTHER)
    assert (fetched.returned, fetched.late) == (dropped.returned, dropped.late)
    assert fetched.returned == day.date()
    assert bool(fetched.late) == (day == LATE)
    consolidate_period(office.loaded, PERIOD)
    assert audit_period(office.loaded, PERIOD).passed


# ------------------------------------------------------------- which mails were looked at


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


def test_what_a_version_before_noted_brings_nothing_twice(office, agencies, mail):
    one = agencies.officers[OTHER]
    mail.drop(OFFICE, attach(one.reply(), one.filled(), one.name).as_bytes())
    office.fetch()
    [path] = (office.root / PERIOD / "nhan-ve").iterdir()
    path.write_bytes(path.read_bytes() + b"\0")  # opened and saved by an officer
    journal = Workspace(office.root).mailbox
    lines = [json.loads(line) for line in journal.read_text("utf-8").split("\n") if line]
    for line in lines:
        line.pop("box", "")
    journal.write_text("\n".join(map(json.dumps, lines)), "utf-8")
    office.fetch()
    assert len(saved(office)) == 1


# ---------------------------------------------------------------- whose business a mail is


def told(fetched) -> list[str]:
    return [one.code for one in fetched.findings if one.severity != "info"]


def test_other_business_of_an_agency_is_not_its_return(office, agencies, mail):
    one = agencies.officers[OTHER]
    one.send(attach(one.letter("Danh sách cán bộ đi tập huấn"), table(), "Tap huan.xlsx"))
    for number in range(3):
        one.send(one.letter(f"Giấy mời {number}", "Kính mời họp."))
    mail.wait_delivered()
    assert told(office.fetch()) == ["mail-file-left"]
    assert saved(office) == []
    assert status(office, OTHER).state == "missing"
    assert OTHER in [letter.agency for letter in office.prepare(REMINDER).letters]


def test_other_business_after_the_return_leaves_the_return_as_it_is(office, agencies, mail):
    one = agencies.officers[OTHER]
    one.send(attach(one.reply(), one.filled(), one.name))
    mail.wait_delivered()
    office.fetch()
    before = status(office, OTHER)
    one.send(attach(one.letter("Báo cáo nhân sự"), table(), "Nhan su.xlsx"))
    mail.wait_delivered()
    assert told(office.fetch()) == ["mail-file-left"]
    assert status(office, OTHER) == before
    [letter] = office.prepare(FEEDBACK).letters
    assert "Nhan su" not in letter.words.plain


UNREADABLE = OLE_SIGNATURE + bytes(3000)


@pytest.mark.parametrize(
    ("letter_of", "name"),
    [
        (lambda o: o.reply(), "Bao cao.xls"),
        (lambda o: answering(o, "References"), "Bao cao.xls"),
        (lambda o: o.letter("Trả lời: [CCHC 2018-6T] Phiếu báo cáo 6 tháng"), "Bao cao.xls"),
        (lambda o: o.letter("Gửi phiếu"), "phieu_2018-6t_so-y-te (2).xls"),
    ],
    ids=["reply", "thread", "subject", "file"],
)
def test_what_is_meant_as_a_return_is_kept_though_it_is_none(
    office, agencies, mail, letter_of, name
):
    one = agencies.officers[OTHER]
    one.send(attach(letter_of(one), UNREADABLE, name))
    mail.wait_delivered()
    assert told(office.fetch()) == ["mail-file-kept"]
    assert len(saved(office)) == 1
    assert status(office, OTHER).state == "unusable"


def answering(officer, header: str) -> EmailMessage:
    """A new mail in a thread that a mail of ours began."""
    mail = officer.letter("Về việc báo cáo")
    mail[header] = f"<dau-tien@so.test> {officer.asked['Message-ID']} <tiep-theo@so.test>"
    return mail


@pytest.mark.parametrize("subject", ["Re: [CCHC 2018-6T] Phiếu báo cáo", "Lịch họp"])
def test_an_answer_without_a_workbook_is_told_and_an_ordinary_mail_is_not(
    office, agencies, mail, subject
):
    one = agencies.officers[OTHER]
    one.send(one.letter(subject, "Xin gia hạn."))
    mail.wait_delivered()
    assert told(office.fetch()) == ["mail-without-form"] * subject.startswith("Re")


# ---------------------------------------------------------------------- what came back

UNKNOWN = "<cua-outlook@tinh.test>"


def bounced(office) -> list[str]:
    return [event.agency for event in log_of(office).events if event.event == BOUNCED]


def test_a_draft_that_came_back_is_noticed_whatever_identity_it_was_sent_with(office, mail):
    office.fill_in(Cách_gửi=DRAFTS)
    office.send(FORM)
    mail.drop(OFFICE, a_bounce(OFFICE, address_of(AGENCY), UNKNOWN))
    assert told(office.fetch()) == ["mail-bounced"]
    assert bounced(office) == [AGENCY]
    assert status(office, AGENCY).trouble
    assert not status(office, OTHER).trouble


@pytest.mark.parametrize(
    ("subject", "is_ours"),
    [("[CCHC 2018-6T] Phiếu báo cáo", True), ("Giấy mời họp", False), ("[CCHC 2018-Q1]", False)],
)
def test_a_mail_of_ours_that_came_back_is_known_by_its_subject(
    office, agencies, mail, subject, is_ours
):
    mail.drop(OFFICE, a_bounce(OFFICE, address_of(AGENCY), UNKNOWN, subject=subject))
    office.fetch()
    assert bounced(office) == [AGENCY] * is_ours


def test_a_return_that_did_not_reach_the_office_is_no_draft_of_its_own(office, agencies, mail):
    """Sở Nội vụ gathers the returns, and is one of those that return."""
    office.fill_in(Cách_gửi=DRAFTS)
    enter_addresses(master_path(office.root), {"Sở Nội vụ": OFFICE})
    office.send(FORM)
    one = agencies.officers[OTHER]
    mail.drop(OFFICE, a_bounce(one.address, OFFICE, "<cua-so@tinh.test>", one.filled()))
    office.fetch()
    assert (bounced(office), len(saved(office))) == ([], 1)


# -------------------------------------------------- what was found is told, once, and all of it


def unreadable_of_a_stranger(agencies, mail) -> None:
    one = agencies.officers[AGENCY]
    mail.add(one.private)
    letter = attach(one.letter("Phiếu", sender=one.private), UNREADABLE, "Phieu So Tu phap.xlsx")
    one.send(letter, one.private)
    mail.wait_delivered()


def test_what_a_run_that_was_cut_off_found_is_told_by_the_next(office, agencies, mail, monkeypatch):
    unreadable_of_a_stranger(agencies, mail)
    two = agencies.officers[OTHER]
    two.send(attach(two.reply(), two.filled(), two.name))
    mail.wait_delivered()
    content, asked = Mailbox.content, []

    def cut_off(self, heading):
        asked.append(heading)
        if len(asked) == 2:
            self.client.shutdown()
        return content(self, heading)

    with monkeypatch.context() as broken:
        broken.setattr(Mailbox, "content", cut_off)
        with pytest.raises(MailError):
            office.fetch()
    assert told(office.fetch()) == ["mail-file-left"]
    assert told(office.fetch()) == []


def test_what_nobody_was_told_is_told_again(office, agencies, mail):
    """The run ended, and what shows it did not."""
    unreadable_of_a_stranger(agencies, mail)
    loaded, password = office.loaded, mail.password(OFFICE)
    found = [
        told(
            fetch(loaded, PERIOD, office.settings, lambda: open_mailbox(office.settings, password))
        )
        for _ in range(2)
    ]
    assert found == [["mail-file-left"]] * 2
    run = CliRunner().invoke(cchc_xl, ["fetch", str(office.root), "--period", PERIOD])
    assert "Phieu So Tu phap.xlsx" in run.output
    run = CliRunner().invoke(cchc_xl, ["fetch", str(office.root), "--period", PERIOD])
    assert "Phieu So Tu phap.xlsx" not in run.output
    assert "Phieu So Tu phap.xlsx" in Workspace(office.root).mailbox_note.read_text("utf-8-sig")


@pytest.mark.parametrize("many", [9, 40])
def test_a_message_shows_what_it_has_room_for_and_says_where_all_stands(
    office, agencies, mail, many
):
    one = agencies.officers[OTHER]
    for number in range(many):
        mail.drop(OFFICE, one.letter(f"Re: [CCHC 2018-6T] Thư số {number}").as_bytes())
    identity = log_of(office).last(FORM, AGENCY, "").message_id
    mail.drop(OFFICE, a_bounce(OFFICE, address_of(AGENCY), identity))
    fetched = office.fetch()
    note = Workspace(office.root).mailbox_note
    lines = list(_as_much_as_fits(fetched.to_tell, note))
    assert len("\n".join(lines)) < 3_000
    told_all = many < 10
    assert (len(lines) == many + 1) == told_all
    assert ("bị trả lại" in "".join(lines)) == told_all
    if not told_all:
        assert lines[-1] == f"… và {many + 2 - len(lines)} điều khác, ghi trong tệp {note}."
    text = note.read_text("utf-8-sig")
    assert all(found.message in text for found in fetched.findings)
    assert text.index("bị trả lại") < text.index("Thư số 0")


# ------------------------------------------------------------- a form that has no place


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


# ------------------------------------------------------------------- what is downloaded


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
    identity = log_of(office).last(FORM, AGENCY, "").message_id
    mail.drop(OFFICE, a_bounce(OFFICE, address_of(AGENCY), identity))
    assert told(office.fetch()) == ["mail-bounced"]
    assert len(downloads) == 1


def test_other_peoples_mails_are_not_counted(office, agencies, mail):
    one = agencies.officers[OTHER]
    mail.drop(OFFICE, one.letter("Thư ngỏ", sender="ai-do@bo.test").as_bytes())
    mail.drop(OFFICE, attach(one.reply(), one.filled(), one.name).as_bytes())
    assert [office.fetch().mails for _ in range(2)] == [1, 0]


# ------------------------------------------------------------------------ the office's own


def test_a_form_that_comes_back_empty_is_told_as_that(office, agencies, mail):
    one = agencies.officers[OTHER]
    one.send(attach(one.reply("Xin gửi phiếu."), one.form, "Phieu.xlsx"))
    mail.wait_delivered()
    [found] = office.fetch().findings
    assert found.code == "mail-form-blank"
    assert "còn trống" in found.message
    assert saved(office) == []


@pytest.mark.parametrize(
    "changed", [(), ("Message-ID",), ("X-CCHC-XL",), ("Message-ID", "X-CCHC-XL")]
)
def test_what_the_office_mails_to_itself_is_no_answer(office, mail, changed):
    """Sở Nội vụ gathers the returns, and is one of those that return."""
    enter_addresses(master_path(office.root), {"Sở Nội vụ": OFFICE})
    office.send(FORM)
    mail.wait_delivered()
    [sent] = mail.messages(OFFICE)
    for name in changed:
        del sent[name]
    mail.empty(OFFICE)
    mail.drop(OFFICE, sent.as_bytes())
    fetched = office.fetch()
    assert fetched.findings == ()
    # Where nothing is left that shows it, it is looked into.
    assert fetched.mails == (len(changed) == 2)


def test_our_own_mail_that_an_agency_edits_and_sends_back_brings_its_return(office, agencies, mail):
    one = agencies.officers[AGENCY]
    letter = attach(one.reply(), one.filled(), "Phieu.xlsx")
    letter[MARK] = f"{PERIOD} form"
    mail.drop(OFFICE, letter.as_bytes())
    assert told(office.fetch()) == []
    assert len(saved(office)) == 1


def test_what_the_office_returns_itself_counts(office, mail):
    enter_addresses(master_path(office.root), {"Sở Nội vụ": OFFICE})
    agencies = ScriptedAgencies(mail, office.loaded.programme, PERIOD, ["Sở Nội vụ"])
    agencies.addresses["Sở Nội vụ"] = agencies.officers["Sở Nội vụ"].address = OFFICE
    office.send(FORM)
    mail.wait_delivered()
    one = agencies.officers["Sở Nội vụ"]
    assert one.look()
    mail.drop(OFFICE, attach(one.reply(), one.filled(), one.name).as_bytes())
    assert told(office.fetch()) == []
    assert status(office, "Sở Nội vụ").submission.accepted
