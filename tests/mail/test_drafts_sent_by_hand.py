"""Drafts that an officer sends by hand are found in the folder of sent mail, and only those."""

from __future__ import annotations

import datetime
import email
import email.policy
import email.utils
import json
import signal
import subprocess
import sys
import time
from dataclasses import replace

import pytest
from click.testing import CliRunner
from imapclient import IMAPClient

from cchc_xl.cli.commands import cchc_xl
from cchc_xl.mail.board import status_of
from cchc_xl.mail.letter import DRAFT_MARK, MARK
from cchc_xl.mail.log import (
    BOUNCED,
    DRAFT,
    SENDING,
    SENT,
    Correspondence,
    MailEvent,
    correspondence,
)
from cchc_xl.mail.mailbox import SentMail, open_mailbox
from cchc_xl.mail.passwords import needed_password
from cchc_xl.mail.sent_folder import note_sent
from cchc_xl.master.layout import RESULT_SUBMISSIONS
from cchc_xl.master.mail_settings import DRAFTS
from cchc_xl.plan.agencies import slug
from cchc_xl.plan.mail_kinds import MailKind
from cchc_xl.text.dates import VIETNAM, format_date
from cchc_xl.workspace.folders import Workspace
from tests.support.mail_office import PERIOD, THREE, Office
from tests.support.mail_servers import OFFICE, SENT_BY_FLAG
from tests.support.scripted_agencies import ScriptedAgencies, address_of, attach

JUSTICE, HEALTH, LAK = THREE
NEW = "<cua-chuong-trinh-thu@tinh.test>"


def draft_of(office: Office, agency: str) -> email.message.EmailMessage:
    """The draft of an agency's form, as a mail program opens it."""
    (path,) = Workspace(office.root).drafts(PERIOD).glob(f"phieu_{slug(agency)}_*.eml")
    draft = email.message_from_bytes(path.read_bytes(), policy=email.policy.SMTP)
    assert draft["X-Unsent"] == "1"
    return draft


def send_by_hand(
    office: Office, agency: str, folder: str = "Sent", keep: tuple[str, ...] = (), **changed: str
) -> datetime.datetime:
    """Open a draft, change headers, send it; the mail program puts a copy into a folder. Headers
    of ours stay as far as told. Gives when it was sent, by the clock of the mail program."""
    mail = draft_of(office, agency)
    moment = datetime.datetime.now(VIETNAM).replace(microsecond=0) + datetime.timedelta(days=1)
    headers = {"Message-ID": email.utils.make_msgid(domain="tinh.test"), MARK: "", DRAFT_MARK: ""}
    headers = {name: text for name, text in headers.items() if name not in keep}
    headers |= {"X-Unsent": "", "Date": email.utils.format_datetime(moment)}
    headers |= {name.replace("_", "-"): text for name, text in changed.items()}
    for name, text in headers.items():
        del mail[name]
        if text:
            mail[name] = text
    raw = mail.as_bytes()
    office.servers.send_as(OFFICE, raw)
    office.servers.drop(OFFICE, raw, folder=folder)
    return moment


def log_of(office: Office) -> Correspondence:
    path = Workspace(office.root).correspondence(PERIOD)
    return correspondence(path, office.loaded.programme.registry)


def sent(office: Office) -> dict[str, str]:
    """Agency -> Message-ID of what the log says was sent to it, once."""
    found = [one for one in log_of(office).events if one.event == SENT]
    assert len({one.agency for one in found}) == len(found)
    return {one.agency: one.message_id for one in found}


def shown(office: Office) -> dict[str, str]:
    """Agency -> what the board says of its form by mail."""
    rows = status_of(office.loaded, PERIOD).tables[RESULT_SUBMISSIONS]
    return {row[0]: row[5] for row in rows if row[0] in THREE}


def told(office: Office) -> list[str]:
    """What fetching says of drafts that are not sent, as an officer reads it."""
    return [f"{one.message} {one.action}" for one in office.fetch().to_tell]


@pytest.fixture
def drafts(office) -> Office:
    """An office that has its forms as drafts."""
    office.fill_in(Cách_gửi=DRAFTS)
    assert len(office.send(MailKind.FORM).letters) == 3
    return office


# ------------------------------------------------------- through a real mailbox


@pytest.mark.long
def test_drafts_that_were_sent_are_known_and_the_others_are_told(drafts, mail):
    today = format_date(datetime.datetime.now(VIETNAM).date())
    assert shown(drafts) == dict.fromkeys(THREE, f"{today} (nháp)")

    send_by_hand(drafts, JUSTICE, keep=("Message-ID",))
    moment = send_by_hand(drafts, HEALTH, Message_ID=NEW)
    send_by_hand(drafts, LAK, Subject="Phiếu báo cáo (sửa)")
    command = ["fetch", str(drafts.root), "--period", PERIOD]
    said = CliRunner().invoke(cchc_xl, command).output
    assert "[Ghi chú] 1 thư nháp chưa thấy trong thư mục thư đã gửi" in said
    assert f"của hộp thư: {LAK}. Mở và gửi nốt" in said
    assert sent(drafts) == {JUSTICE: draft_of(drafts, JUSTICE)["Message-ID"], HEALTH: NEW}
    assert log_of(drafts).last(MailKind.FORM, HEALTH, "").time == moment
    day = format_date(moment.date())
    assert shown(drafts) == {JUSTICE: day, HEALTH: day, LAK: f"{today} (nháp)"}

    # Once more: nothing is noted twice, and no draft is offered again.
    before = Workspace(drafts.root).correspondence(PERIOD).read_bytes()
    assert len(told(drafts)) == 1
    assert Workspace(drafts.root).correspondence(PERIOD).read_bytes() == before
    assert drafts.send(MailKind.FORM).letters == ()
    held = {one.agency: one.message for one in drafts.prepare(MailKind.FORM).held}
    assert "phiếu báo cáo đã gửi lúc" in held[HEALTH]
    assert "phiếu báo cáo đã lập thư nháp lúc" in held[LAK]


def test_a_mail_to_another_agency_or_a_reply_is_not_the_draft(drafts, mail):
    send_by_hand(drafts, HEALTH, To=address_of(JUSTICE))
    send_by_hand(drafts, JUSTICE, keep=("Message-ID", DRAFT_MARK), To=address_of(LAK))
    send_by_hand(drafts, LAK, To=f'"{address_of(LAK)}" <{address_of(HEALTH)}>')
    send_by_hand(drafts, LAK, To=address_of(HEALTH), Cc=address_of(LAK))
    subject = draft_of(drafts, LAK)["Subject"]
    send_by_hand(drafts, LAK, Subject=f"Re: {subject}")
    send_by_hand(drafts, LAK, In_Reply_To="<1@tinh.test>")
    (line,) = told(drafts)
    assert line.startswith("3 thư nháp chưa thấy")
    assert sent(drafts) == {}


def test_our_own_mark_tells_a_draft_whatever_the_subject_is(drafts, mail):
    send_by_hand(drafts, LAK, keep=(DRAFT_MARK,), Subject="Phiếu báo cáo", Message_ID=NEW)
    drafts.fetch()
    assert sent(drafts) == {LAK: NEW}


def test_a_bounce_of_what_was_sent_by_hand_is_of_its_agency(drafts, mail):
    mail.make_full(address_of(HEALTH))
    send_by_hand(drafts, HEALTH, Message_ID=NEW)
    mail.wait_delivered()
    found = [one for one in drafts.fetch().findings if one.code == "mail-bounced"]
    assert [one.agency for one in found] == [HEALTH]
    (status,) = [o for o in status_of(drafts.loaded, PERIOD).agencies if o.agency == HEALTH]
    assert "bị trả lại" in status.trouble
    assert {one.agency: one.code for one in drafts.prepare(MailKind.FORM).held}[
        HEALTH
    ] == "mail-bounced"


def test_a_draft_that_is_found_late_hides_no_trouble_after_it(drafts, mail):
    later = datetime.datetime.now(VIETNAM) + datetime.timedelta(days=2)
    log = log_of(drafts)
    form = log.last(MailKind.FORM, HEALTH, "")
    log.add(
        replace(
            form, event=SENDING, kind=MailKind.REMINDER, about="1", time=later, message_id="<n@x>"
        )
    )
    send_by_hand(drafts, HEALTH)
    drafts.fetch()
    (status,) = [o for o in status_of(drafts.loaded, PERIOD).agencies if o.agency == HEALTH]
    assert status.mailed(MailKind.FORM).event == SENT
    assert "không rõ đã đi hay chưa" in status.trouble


@pytest.mark.long
def test_an_agency_that_answers_what_was_sent_by_hand_is_known_by_it(drafts, mail):
    """From an address of its own that nobody knows; and the INBOX is open as it was set."""
    drafts.fill_in(Đánh_dấu_đã_đọc="Có")
    agencies = ScriptedAgencies(mail, drafts.loaded.programme, PERIOD, THREE)
    one = agencies.officers[HEALTH]
    send_by_hand(drafts, HEALTH)
    mail.wait_delivered()
    assert one.look()
    mail.add(one.private)
    answer = attach(one.reply(), one.filled(), one.name)
    del answer["From"]
    answer["From"] = one.private
    one.send(answer, one.private)
    mail.wait_delivered()
    codes = {found.code for found in drafts.fetch().findings}
    assert "mail-form-saved" in codes
    assert "mail-form-from-unknown" not in codes
    assert all("\\Seen" in flags for flags in mail.flags(OFFICE).values())


@pytest.mark.long
def test_a_fetch_that_is_killed_notes_every_draft_once(office_of_all, mail):
    office = office_of_all
    office.fill_in(Cách_gửi=DRAFTS)
    drafted = {one.agency for one in office.send(MailKind.FORM).letters}
    for agency in drafted:
        mail.add(address_of(agency))
        send_by_hand(office, agency)
    mail.wait_delivered()
    log_path = Workspace(office.root).correspondence(PERIOD)
    for count in (1, 9, 20, 30):
        run = subprocess.Popen(
            [sys.executable, "-m", "cchc_xl", "fetch", str(office.root), "--period", PERIOD],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        end = time.monotonic() + 60
        while run.poll() is None and log_path.read_bytes().count(b'"sent"') < count:
            assert time.monotonic() < end
            time.sleep(0.002)
        run.send_signal(signal.SIGKILL)
        run.wait()
    with log_path.open("ab") as stream:  # cut off in the middle of a line
        stream.write(b'\n{"time": "2018-05-02T09:30')
    office.fetch()
    assert sent(office).keys() == drafted
    assert len(log_of(office).events) == 2 * len(drafted)


# ----------------------------------------------------------------- the folders


def a_mail(number: int, to: str = "a@tinh.test", date: str = "") -> bytes:
    date = date or email.utils.format_datetime(datetime.datetime.now(datetime.UTC))
    return (
        f"Message-ID: <{number}@tinh.test>\r\nDate: {date}\r\nTo: {to}\r\nSubject: "
        f"=?utf-8?Q?Phi=E1=BA=BFu?= {number}\r\n\r\nx\r\n"
    ).encode()


def look(office: Office, days: int = 0) -> list[SentMail] | None:
    since = datetime.datetime.now(VIETNAM).date() - datetime.timedelta(days=days)
    with open_mailbox(office.settings, needed_password(office.settings.imap)) as box:
        return box.sent(since)


@pytest.mark.parametrize(
    ("folder", "is_sent"),
    [
        (SENT_BY_FLAG, True),
        ("Sent", True),
        ("Sent Items", True),
        ("INBOX.Sent Messages", True),
        ("Thư đã gửi", True),
        ("Đã gửi", True),
        ("[Gmail].Sent Mail", True),
        ("Nháp", False),
        ("Consent", False),
    ],
)
def test_the_folder_of_sent_mail_is_found(office, mail, folder, is_sent):
    mail.drop(OFFICE, a_mail(1), folder=folder)
    found = look(office)
    assert [one.message_id for one in found or ()] == ["<1@tinh.test>"][:is_sent]
    assert (found is not None) == is_sent


def test_what_the_server_says_counts_before_names(office, mail):
    mail.drop(OFFICE, a_mail(1), folder="Sent")
    mail.drop(OFFICE, a_mail(2), folder=SENT_BY_FLAG)
    assert [one.subject for one in look(office)] == ["Phiếu 2"]


def test_looking_changes_nothing_reads_headers_and_goes_back(office, mail, monkeypatch):
    asked: list[str] = []
    real = IMAPClient.fetch

    def fetch(client, numbers, wanted, *more):
        asked.extend(map(str, wanted))
        return real(client, numbers, wanted, *more)

    monkeypatch.setattr(IMAPClient, "fetch", fetch)
    old = datetime.datetime.now(datetime.UTC) - datetime.timedelta(days=9)
    mail.drop(OFFICE, a_mail(1), folder="Sent", when=old)
    mail.drop(OFFICE, a_mail(2, to='"b@tinh.test" <C@tinh.test>, d@tinh.test'), folder="Sent")
    mail.drop(OFFICE, a_mail(3, date="hôm qua"))
    flags = mail.flags(OFFICE, "Sent")
    with open_mailbox(office.settings, needed_password(office.settings.imap)) as box:
        (found,) = box.sent(datetime.datetime.now(VIETNAM).date())
        assert (found.to, found.is_reply) == ({"c@tinh.test", "d@tinh.test"}, False)
        assert {one.partition("(")[0] for one in asked} == {
            "BODY.PEEK[HEADER.FIELDS ",
            "INTERNALDATE",
        }
        (other,) = box.headings(old.date(), ())
        assert other.message_id == "<3@tinh.test>"
    assert mail.flags(OFFICE, "Sent") == flags
    assert len(look(office, days=20)) == 2


def test_a_mailbox_without_such_a_folder_or_one_that_is_closed_says_nothing(drafts, mail):
    assert told(drafts) == []
    send_by_hand(drafts, HEALTH)
    folder = mail.folder / "mail" / OFFICE / "Maildir" / ".Sent"
    for part in ("cur", "new", "tmp", "."):
        (folder / part).chmod(0)
    try:
        assert told(drafts) == []
        assert sent(drafts) == {}
    finally:
        for part in (".", "cur", "new", "tmp"):
            (folder / part).chmod(0o700)
    assert len(told(drafts)) == 1
    assert list(sent(drafts)) == [HEALTH]


# ------------------------------------------------------------ which draft it was

NOON = datetime.datetime(2018, 5, 2, 12, tzinfo=VIETNAM)
HOUR = datetime.timedelta(hours=1)


def a_draft(number: int, agency: str = HEALTH, **changed) -> MailEvent:
    one = MailEvent(
        NOON,
        DRAFT,
        MailKind.FEEDBACK,
        agency,
        f"lan-{number}",
        f"<{number}@x>",
        ("a@x.vn", "copy@x.vn"),
        subject="Đề nghị chỉnh sửa",
        addressed=("A@x.vn",),
    )
    return replace(one, **changed)


def a_sent(number: int, **changed) -> SentMail:
    to = frozenset(["a@x.vn"])
    one = SentMail(f"<m{number}@x>", "", False, to, "Đề nghị chỉnh sửa", NOON + HOUR * number)
    return one._replace(**changed)


class Box:
    def __init__(self, mails):
        self.mails = mails

    def sent(self, since):
        assert since == NOON.date()
        return self.mails


def noted(tmp_path, drafts, mails) -> list[tuple[str, str]]:
    """About -> Message-ID of what was noted as sent, the same when it is looked at again."""
    log = Correspondence(tmp_path / "thu.jsonl")
    for one in drafts:
        log.add(one)
    note_sent(Box(mails), log)
    lines = log.path.read_bytes()
    note_sent(Box(mails), log)
    assert log.path.read_bytes() == lines
    assert all(json.loads(line) for line in lines.splitlines() if line)
    return [(e.about, e.message_id) for e in log.events if e.event == SENT]


@pytest.mark.parametrize(
    ("drafts", "mails", "expected"),
    [
        # One mail is one draft, the newest that it can have been; also where it lies twice.
        ([a_draft(1), a_draft(2, time=NOON + HOUR)], [a_sent(2), a_sent(2)], [("lan-2", "<m2@x>")]),
        ([a_draft(1), a_draft(2, time=NOON + 3 * HOUR)], [a_sent(2)], [("lan-1", "<m2@x>")]),
        (
            [a_draft(1), a_draft(2)],
            [a_sent(2), a_sent(1)],
            [("lan-1", "<m1@x>"), ("lan-2", "<m2@x>")],
        ),
        ([a_draft(1), a_draft(2)], [a_sent(1, draft="<2@x>")], [("lan-2", "<m1@x>")]),
        # Before the draft was made, only the mail itself can tell.
        ([a_draft(1)], [a_sent(-1)], []),
        ([a_draft(1)], [a_sent(-1, message_id="<1@x>")], [("lan-1", "<1@x>")]),
        # A letter that is drafted once more is not sent by what was sent before that.
        ([a_draft(1), a_draft(1, time=NOON + 2 * HOUR)], [a_sent(1)], []),
        # Something else to the same agency.
        ([a_draft(1)], [a_sent(1, is_reply=True)], []),
        ([a_draft(1)], [a_sent(1, subject="Về việc đề nghị chỉnh sửa")], []),
        # Who gets only copies is not the agency.
        ([a_draft(1)], [a_sent(1, to=frozenset(["copy@x.vn"]))], []),
        # Agencies that share an address, under a subject without their names.
        ([a_draft(1), a_draft(2, JUSTICE)], [a_sent(1)], []),
        ([a_draft(1), a_draft(2, JUSTICE)], [a_sent(1, draft="<2@x>")], [("lan-2", "<m1@x>")]),
        # What an older version wrote has no subject, nor has the mail.
        ([a_draft(1, subject="")], [a_sent(1, subject="")], []),
        # Spelt with other code points, in other spaces.
        ([a_draft(1)], [a_sent(1, subject="Đề nghị  chỉnh sửa")], [("lan-1", "<m1@x>")]),
        # Sent since by the program, or known as sent by what came back.
        ([a_draft(1), a_draft(1, event=SENT)], [a_sent(1)], [("lan-1", "<1@x>")]),
        ([a_draft(1), a_draft(1, event=BOUNCED, address="a@x.vn")], [a_sent(1)], []),
    ],
)
def test_which_draft_a_mail_was(tmp_path, drafts, mails, expected):
    assert noted(tmp_path, drafts, mails) == expected


def test_many_who_are_left_are_named_in_one_line(tmp_path):
    log = Correspondence(tmp_path / "thu.jsonl", [a_draft(n, f"Sở {n}") for n in range(9)])
    (told,) = note_sent(Box([]), log)
    assert "9 thư nháp chưa thấy" in told.message
    assert told.message.endswith("Sở 0, Sở 1, Sở 2, Sở 3, Sở 4 và 4 nơi khác.")
    assert (told.severity, note_sent(Box(None), log)) == ("info", [])


@pytest.mark.long
def test_a_letter_made_once_more_has_an_identity_of_its_own(drafts):
    """In another way too: else the mail that went out before would be taken for the draft."""
    first = draft_of(drafts, HEALTH)["Message-ID"]
    drafts.fill_in(Cách_gửi="Gửi thẳng qua máy chủ")
    drafts.send(MailKind.FORM, again=[HEALTH])
    drafts.fill_in(Cách_gửi=DRAFTS)
    drafts.send(MailKind.FORM, again=[HEALTH])
    ids = [
        one.message_id
        for one in log_of(drafts).events
        if one.agency == HEALTH and one.event in (SENT, DRAFT)
    ]
    assert ids[0] == first
    assert len(set(ids)) == 3
