"""Agencies that answer by mail as real ones do: each reads its mailbox, fills in the newest form
that the office sent, and sends it back in a way of its own.

They know of mail servers and files only, nothing of the product. What should be counted in the
end is told by `Outcome`.
"""

from __future__ import annotations

import base64
import email
import email.policy
import email.utils
import functools
import io
import random
import re
import time
import zipfile
from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from email.message import EmailMessage
from email.mime.application import MIMEApplication
from email.mime.multipart import MIMEMultipart
from pathlib import Path
from typing import Any, NamedTuple

import openpyxl

from cchc_xl.cli.steps import Consolidation
from cchc_xl.plan.agencies import slug
from cchc_xl.plan.model import Programme
from cchc_xl.returns.form import write_form
from tests.support.forms import Entries, Form
from tests.support.mail_servers import OFFICE, MailServers
from tests.support.winmail import winmail
from tests.support.year import entries_of

HOME, PRIVATE = "tinh.test", "thu-rieng.test"
STRANGER = f"quang-cao@{PRIVATE}"
PHOTOS = 25 * 2**20  # bytes of pictures that come along
_XLSX = ("application", "vnd.openxmlformats-officedocument.spreadsheetml.sheet")
_DOT = base64.b64decode(  # a PNG of one pixel
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)


class Outcome(NamedTuple):
    """What should come of the mails: agency -> entries that count; those of whom nothing should
    be counted, and of these, those who found no form; agency -> how it answered; how many mails
    the office was sent."""

    entries: dict[str, Entries]
    missing: frozenset[str]
    unreached: frozenset[str]
    ways: dict[str, str]
    mails: int


def address_of(agency: str) -> str:
    return f"{slug(agency).lower()}@{HOME}"


def enter_addresses(master: Path, addresses: Mapping[str, str]) -> None:
    """Put the addresses of agencies into the master workbook, as an officer types them."""
    workbook = openpyxl.load_workbook(master, keep_vba=True)
    page = workbook["Cơ quan"]
    headings = {cell.value: at for at, cell in enumerate(page[4], 1)}
    for row in range(5, page.max_row + 1):
        name = str(page.cell(row, headings["Tên cơ quan"]).value)
        if name in addresses:
            page.cell(row, headings["E-mail"], addresses[name])
    workbook.save(master)


# ------------------------------------------------------------------- an officer


class _ReceivedForm(Form):
    """A form as it came by mail; other sheets may stand before it."""

    def __init__(self, content: bytes):
        self.workbook = openpyxl.load_workbook(io.BytesIO(content))
        for sheet in self.workbook.worksheets:
            self.sheet = sheet
            try:
                self.find()
            except AssertionError:
                continue
            if self.rows:
                return
        raise AssertionError("the workbook has no form")

    def to_bytes(self) -> bytes:
        buffer = io.BytesIO()
        self.workbook.save(buffer)
        return buffer.getvalue()


class Officer:
    """Who answers for an agency: has its mailbox, a private one, and a chance of their own."""

    def __init__(self, agency: str, world: ScriptedAgencies):
        self.agency, self.world = agency, world
        self.address = world.addresses[agency]
        self.private = f"can-bo.{self.address.partition('@')[0]}@{PRIVATE}"
        self.chance = random.Random(f"{world.seed} {agency}")
        self.asked: EmailMessage | None = None
        self.form, self.name = b"", ""

    @property
    def truth(self) -> Entries:
        return self.world.truth[self.agency]

    def look(self) -> bool:
        """Read the mailbox and take the newest form that the office sent, if there is one."""
        with self.world.servers.imap_as(self.address) as imap:
            imap.select()
            _, [found] = imap.search(None, "FROM", f'"{self.world.office}"')
            for number in reversed(found.split()):
                answer: Any = imap.fetch(number.decode(), "(RFC822)")
                _, [(_, raw), *_] = answer
                mail = email.message_from_bytes(raw, policy=email.policy.default)
                for part in mail.iter_attachments():
                    name = part.get_filename() or ""
                    if name.lower().endswith(".xlsx"):
                        self.asked, self.name = mail, name
                        content: Any = part.get_payload(decode=True)
                        self.form = content
                        return True
        return False

    def filled(self, entries: Entries | None = None, form: bytes = b"") -> bytes:
        opened = _ReceivedForm(form or self.form)
        said = self.truth if entries is None else entries
        opened.fill({code: row for code, row in said.items() if code in opened.rows})
        return opened.to_bytes()

    def letter(
        self, subject: str = "", text: str = "", sender: str = "", to: str = ""
    ) -> EmailMessage:
        """A new mail to the office (unless told) in this officer's name."""
        mail = EmailMessage(policy=email.policy.SMTP)
        mail["From"] = email.utils.formataddr((self.agency, sender or self.address))
        mail["To"] = to or self.world.office
        if subject:
            mail["Subject"] = subject
        mail["Date"] = email.utils.localtime()
        mail["Message-ID"] = self.world.message_id()
        mail.set_content(text or "\n")
        return mail

    def reply(self, text: str = "", subject: str = "") -> EmailMessage:
        assert self.asked  # a form came
        mail = self.letter(subject or f"Re: {self.asked['Subject'] or ''}", text or self.words())
        mail["In-Reply-To"] = self.asked["Message-ID"]
        above = f"{self.asked['References'] or ''} {self.asked['Message-ID']}"
        mail["References"] = above.strip()
        return mail

    def words(self) -> str:
        return f"Kính gửi Sở Nội vụ,\n{self.agency} gửi phiếu báo cáo.\nTrân trọng.\n"

    def send(self, mail: EmailMessage | bytes, sender: str = "") -> None:
        raw = mail if isinstance(mail, bytes) else mail.as_bytes()
        self.world.send(sender or self.address, raw)

    def neighbour(self) -> Officer:
        names = list(self.world.officers)
        return self.world.officers[names[(names.index(self.agency) + 1) % len(names)]]


def attach(mail: EmailMessage, content: bytes, name: str) -> EmailMessage:
    mail.add_attachment(content, maintype=_XLSX[0], subtype=_XLSX[1], filename=name)
    return mail


# ------------------------------------------------------------- ways of answering

Later = Callable[[], None]  # what the officer does on another day


class Way(NamedTuple):
    act: Callable[[Officer], Later | None]
    counts: bool  # whether a return comes of it
    heavy: bool


WAYS: dict[str, Way] = {}


def way(function=None, *, counts: bool = True, heavy: bool = False):
    def register(function):
        WAYS[function.__name__] = Way(function, counts, heavy)
        return function

    return register(function) if function else register


@way
def replies(officer: Officer) -> None:
    officer.send(attach(officer.reply(), officer.filled(), officer.name))


@way
def writes_from_a_private_address(officer: Officer) -> None:
    officer.world.servers.add(officer.private)
    mail = officer.letter("Gửi phiếu báo cáo CCHC", officer.words(), sender=officer.private)
    officer.send(attach(mail, officer.filled(), officer.name), officer.private)


def _of_a_colleague(officer: Officer) -> EmailMessage:
    sender = f"phong.{officer.address}"
    mail = officer.letter("Phiếu đã điền", "Gửi anh.\n", sender=sender, to=officer.address)
    return attach(mail, officer.filled(), officer.name)


@way
def forwards_a_colleague(officer: Officer) -> None:
    mail = officer.letter("Fwd: Phiếu đã điền", officer.words())
    mail.add_attachment(_of_a_colleague(officer), disposition="inline")
    officer.send(mail)


@way
def attaches_a_colleagues_mail_as_a_file(officer: Officer) -> None:
    mail = officer.reply()
    content = _of_a_colleague(officer).as_bytes()
    name = "Phiếu của phòng.eml"
    mail.add_attachment(content, maintype="application", subtype="octet-stream", filename=name)
    officer.send(mail)


@way
def zips(officer: Officer) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(f"Báo cáo {officer.agency}/{officer.name}", officer.filled())
        archive.writestr(f"Báo cáo {officer.agency}/Công văn.pdf", a_scan(officer))
    mail = officer.reply()
    mail.add_attachment(
        buffer.getvalue(), maintype="application", subtype="zip", filename="Báo cáo.zip"
    )
    officer.send(mail)


@way
def uses_outlook_rich_text(officer: Officer) -> None:
    mail = officer.reply()
    content = winmail({f"Phiếu báo cáo {officer.agency}.xlsx": officer.filled()})
    mail.add_attachment(content, maintype="application", subtype="ms-tnef", filename="winmail.dat")
    officer.send(mail)


@way
def writes_html_with_a_logo(officer: Officer) -> None:
    mail = officer.reply()
    mail.add_alternative("<p>Kính gửi Sở Nội vụ</p><img src='cid:logo'>", subtype="html")
    html: Any = list(mail.iter_parts())[1]
    html.add_related(_DOT, "image", "png", cid="<logo>", filename="image001.png")
    officer.send(attach(mail, officer.filled(), officer.name))


@way
def signs(officer: Officer) -> None:
    """With a certificate, as offices do: the form is a part of what is signed."""
    inner = attach(officer.letter(text=officer.words()), officer.filled(), officer.name)
    outer = officer.reply()
    for name in ("From", "To", "Date", "Message-ID"):
        del inner[name]
    how: dict[str, Any] = {"protocol": "application/pkcs7-signature", "micalg": "sha-256"}
    signed = MIMEMultipart("signed", policy=email.policy.SMTP, **how)
    signed.attach(inner)
    signature = MIMEApplication(officer.chance.randbytes(2000), "pkcs7-signature")
    signature.add_header("Content-Disposition", "attachment", filename="smime.p7s")
    signed.attach(signature)
    for name in ("From", "To", "Subject", "Date", "Message-ID", "In-Reply-To", "References"):
        signed[name] = str(outer[name])
    officer.send(signed.as_bytes())


def _vietnamese_name(officer: Officer) -> str:
    return f"Phiếu báo cáo cải cách hành chính của {officer.agency}, kỳ 6 tháng.xlsx"


_NAMED = re.compile(rb"filename=\"?TEN-TEP\.xlsx\"?")


def _named_as(officer: Officer, parameter: bytes) -> bytes:
    """A reply with the file name written as it is given, which no careful library would do."""
    mail = attach(officer.reply(), officer.filled(), "TEN-TEP.xlsx")
    raw, times = _NAMED.subn(lambda _: b"filename=" + parameter, mail.as_bytes())
    assert times == 1
    return raw


@way
def names_the_file_by_the_standard(officer: Officer) -> None:
    """RFC 2231: filename*0*=utf-8''..., in pieces."""
    mail = attach(officer.reply(), officer.filled(), _vietnamese_name(officer))
    assert b"filename*0*=" in mail.as_bytes()
    officer.send(mail)


@way
def names_the_file_as_old_programs_do(officer: Officer) -> None:
    """RFC 2047 where it may not stand: filename="=?UTF-8?B?...?=", in pieces of whole letters."""
    name = _vietnamese_name(officer)
    pieces = [name[at : at + 12].encode() for at in range(0, len(name), 12)]
    words = [b"=?UTF-8?B?" + base64.b64encode(piece) + b"?=" for piece in pieces]
    officer.send(_named_as(officer, b'"' + b"\r\n ".join(words) + b'"'))


@way
def names_the_file_in_bare_utf8(officer: Officer) -> None:
    officer.send(_named_as(officer, f'"{_vietnamese_name(officer)}"'.encode()))


@way
def gives_the_file_a_name_that_says_nothing(officer: Officer) -> None:
    name = officer.chance.choice(["Book1.xlsx", "moi nhat (2).xlsx", "1.xlsx", "BC.xlsx"])
    officer.send(attach(officer.reply(), officer.filled(), name))


@way
def writes_no_word(officer: Officer) -> None:
    officer.send(attach(officer.letter(), officer.filled(), officer.name))


@way
def writes_of_something_else_in_the_subject(officer: Officer) -> None:
    mail = officer.letter("lịch họp tuần 23", officer.words())
    officer.send(attach(mail, officer.filled(), officer.name))


@way
def sends_a_scan_too(officer: Officer) -> None:
    mail = officer.reply()
    _attach_scan(officer, mail)
    officer.send(attach(mail, officer.filled(), officer.name))


@way
def corrects_it_later(officer: Officer) -> Later:
    """Under the same file name, in the same thread."""
    wrong = {
        code: {"status": "Đang thực hiện", "percent": 11, "result": "Bản đầu, còn sai"}
        for code in officer.truth
    }
    officer.send(attach(officer.reply(), officer.filled(wrong), officer.name))

    def correct() -> None:
        text = "Xin gửi lại phiếu đã sửa, thay cho phiếu trước.\n"
        officer.send(attach(officer.reply(text), officer.filled(), officer.name))

    return correct


@way
def sends_the_same_mail_twice(officer: Officer) -> None:
    raw = attach(officer.reply(), officer.filled(), officer.name).as_bytes()
    officer.send(raw)
    officer.send(raw)


@way
def sends_the_same_file_again_later(officer: Officer) -> Later:
    """To be sure that it came."""
    content = officer.filled()
    officer.send(attach(officer.reply(), content, officer.name))
    return lambda: officer.send(attach(officer.letter("Gửi lại"), content, officer.name))


@way
def has_another_agency_send_it(officer: Officer) -> None:
    """As a district for a commune: another's address and signature; the form says whose it is."""
    other = officer.neighbour()
    mail = other.letter("Fwd: phiếu báo cáo", "Gửi giúp đơn vị bạn.\n")
    other.send(attach(mail, officer.filled(), officer.name))


@way
def sends_the_last_periods_form_then_the_right_one(officer: Officer) -> Later:
    sends_the_last_periods_form(officer)
    return lambda: officer.send(attach(officer.reply(), officer.filled(), officer.name))


@way
def is_away_then_replies(officer: Officer) -> Later:
    is_away(officer)
    return lambda: replies(officer)


@way(heavy=True)
def sends_photos_too(officer: Officer) -> None:
    mail = attach(officer.reply(), officer.filled(), officer.name)
    photo = officer.chance.randbytes(PHOTOS)
    mail.add_attachment(photo, maintype="image", subtype="jpeg", filename="ảnh.jpg")
    officer.send(mail)


@way(heavy=True)
def puts_photos_into_the_workbook(officer: Officer) -> None:
    """Pictures lie in the package beside the sheets, as they are; they do not shrink."""
    buffer = io.BytesIO(officer.filled())
    with zipfile.ZipFile(buffer) as package:
        types = package.read("[Content_Types].xml").decode()
        parts = {name: package.read(name) for name in package.namelist()}
    known = '<Default Extension="jpeg" ContentType="image/jpeg"/>'
    parts["[Content_Types].xml"] = types.replace("<Default ", f"{known}<Default ", 1).encode()
    parts["xl/media/image1.jpeg"] = officer.chance.randbytes(PHOTOS)
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as package:
        for name, content in parts.items():
            package.writestr(name, content)
    officer.send(attach(officer.reply(), whole.getvalue(), officer.name))


# Nothing to count comes of these.


@way(counts=False)
def sends_the_last_periods_form(officer: Officer) -> None:
    """By mistake; filled in, and under this period's name."""
    form = officer.world.form_before(officer.agency)
    content = officer.filled(officer.world.entries_before(officer.agency), form)
    officer.send(attach(officer.reply(), content, officer.name))


@way(counts=False)
def only_writes(officer: Officer) -> None:
    officer.send(officer.reply("Đơn vị sẽ gửi báo cáo sau. Kỳ này chi 15 triệu đồng.\n"))


def a_scan(officer: Officer) -> bytes:
    return b"%PDF-1.4\n" + officer.chance.randbytes(20_000) + b"\n%%EOF\n"


def _attach_scan(officer: Officer, mail: EmailMessage) -> None:
    name = f"Báo cáo {officer.agency}.pdf"
    mail.add_attachment(a_scan(officer), maintype="application", subtype="pdf", filename=name)


@way(counts=False)
def sends_only_a_scan(officer: Officer) -> None:
    mail = officer.reply()
    _attach_scan(officer, mail)
    officer.send(mail)


@way(counts=False)
def is_away(officer: Officer) -> None:
    mail = officer.reply("Tôi nghỉ phép đến hết tuần.\n", "Trả lời tự động: vắng mặt")
    mail["Auto-Submitted"] = "auto-replied"
    mail["X-Auto-Response-Suppress"] = "All"
    officer.send(mail)


@way(counts=False)
def says_nothing(officer: Officer) -> None:
    pass


# ---------------------------------------------------------------- all of them


class ScriptedAgencies:
    """Agencies with mailboxes; `addresses` are to be written to, `truth` is what they will say."""

    def __init__(
        self,
        servers: MailServers,
        programme: Programme,
        period_id: str,
        names: Iterable[str] | None = None,
        seed: int = 2018,
        office: str = OFFICE,
    ):
        self.servers, self.programme, self.seed, self.office = servers, programme, seed, office
        self.period = programme.period_by_id[period_id]
        names = list(programme.rows_by_agency(self.period) if names is None else names)
        self.addresses = {name: servers.add(address_of(name)) for name in names}
        self.truth = {name: self._entries(name, self.period) for name in names}
        self.officers = {name: Officer(name, self) for name in names}
        self._mails = self._messages = 0

    def _entries(self, agency: str, period) -> Entries:
        rows = self.programme.rows_by_agency(period).get(agency, {})
        return entries_of(agency, [item for of in rows.values() for item in of], period.id)

    @functools.cached_property
    def _before(self):
        """The period before this one, or if it is the first, the next: a wrong one anyhow."""
        periods = list(self.programme.periods)
        at = periods.index(self.period)
        return periods[at - 1 if at else 1]

    def form_before(self, agency: str) -> bytes:
        """What lies in the officer's folder since the last time."""
        registry = self.programme.registry
        return write_form(self.programme, self._before, registry.by_name[agency])

    def entries_before(self, agency: str) -> Entries:
        return self._entries(agency, self._before)

    def message_id(self) -> str:
        self._messages += 1
        return f"<{self.seed}.{self.period.id}.{self._messages}@{HOME}>"

    def send(self, sender: str, raw: bytes) -> None:
        self.servers.send_as(sender, raw)
        self._mails += 1

    def ways(self, heavy: bool = False) -> dict[str, str]:
        """A way for each agency: every way once as far as there are agencies; the rest reply."""
        chance = random.Random(self.seed)
        names = list(self.officers)
        chance.shuffle(names)
        chosen = [name for name, one in WAYS.items() if heavy or not one.heavy]
        if len(names) < len(chosen):
            chance.shuffle(chosen)
        chosen += ["replies"] * (len(names) - len(chosen))
        return dict(zip(names, chosen, strict=False))

    def answer(self, ways: Mapping[str, str] | str | None = None, spam: int = 2) -> Outcome:
        """All look into their mailboxes and answer, each in its way (one name: all in that way),
        and strangers write too. Returns when everything lies in the office's mailbox."""
        if isinstance(ways, str):
            ways = dict.fromkeys(self.officers, ways)
        ways = dict(self.ways() if ways is None else ways)
        before = self._mails
        asked = [name for name in ways if self.officers[name].look()]
        later = [WAYS[ways[name]].act(self.officers[name]) for name in asked]
        for number in range(spam):
            self._send_spam(number)
        self.servers.wait_delivered()
        if any(later):
            time.sleep(1.1)  # another day: mail servers and files tell time in seconds
            for act in filter(None, later):
                act()
            self.servers.wait_delivered()
        counted = {name: self.truth[name] for name in asked if WAYS[ways[name]].counts}
        return Outcome(
            entries=counted,
            missing=frozenset(self.officers) - set(counted),
            unreached=frozenset(ways) - set(asked),
            ways=ways,
            mails=self._mails - before,
        )

    def _send_spam(self, number: int) -> None:
        self.servers.add(STRANGER)
        workbook = openpyxl.Workbook()
        for row in (["Mặt hàng", "Đơn giá"], ["Máy in", 4_500_000 + number]):
            workbook.worksheets[0].append(row)
        buffer = io.BytesIO()
        workbook.save(buffer)
        mail = EmailMessage(policy=email.policy.SMTP)
        mail["From"], mail["To"] = STRANGER, self.office
        mail["Subject"] = "Re: Báo giá thiết bị văn phòng, giảm 50%"
        mail["Date"], mail["Message-ID"] = email.utils.localtime(), self.message_id()
        mail.set_content("Kính mời quý khách xem bảng giá.\n")
        self.send(STRANGER, attach(mail, buffer.getvalue(), "Bang gia.xlsx").as_bytes())


# ---------------------------------------------------------------- in the end


def differences(outcome: Outcome, done: Consolidation) -> list[str]:
    """What was consolidated otherwise than the agencies meant it, in words."""
    accepted = done.ledger.accepted
    wrong = [f"not counted: {n} ({outcome.ways[n]})" for n in outcome.entries if n not in accepted]
    wrong += [f"counted: {n} ({outcome.ways[n]})" for n in outcome.missing if n in accepted]
    for agency in outcome.entries.keys() & accepted.keys():
        told = {row.item.code: row for row in accepted[agency].rows}
        for code, row in told.items():
            meant = outcome.entries[agency].get(code, {})
            for name in ("status", "percent", "result", "proof", "spent", "difficulties"):
                value, read = meant.get(name), row[name]
                if name == "spent" and value is not None:
                    value = int(Decimal(str(value)) * 1_000_000)
                if read != value and (read or value is not None):
                    wrong.append(f"{agency} {code} {name}: {read}, meant {value}")
    return wrong
