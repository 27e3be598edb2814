"""The office's mailbox over IMAP: which mails may bring returns, which were sent. Nothing in it is
changed, unless the office wants fetched mails marked as read."""

from __future__ import annotations

import datetime
import imaplib
import re
import ssl
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from email.utils import getaddresses
from typing import Any, NamedTuple

from imapclient import IMAPClient
from imapclient.exceptions import CapabilityError, IMAPClientError, LoginError

from ..errors import MailError
from ..files.mails import Headers, day_sent, decoded, read_headers, value_of
from ..master.mail_settings import TLS, MailSettings
from ..text.spelling import key
from .body_structure import Structure, structure_of
from .letter import DRAFT_MARK, MARK
from .servers import SECONDS_TO_ANSWER, check_server, trust, why_no_server, wrong_password

LARGEST_MAIL = 80 * 2**20  # bytes; attachments grow by a third on their way
_AT_ONCE = 200  # headers asked for in one go
# As they were written, and not the server's or a library's ENVELOPE: anybody may write anything.
_HEADERS = (
    "BODY.PEEK[HEADER.FIELDS (DATE FROM SUBJECT MESSAGE-ID IN-REPLY-TO REFERENCES AUTO-SUBMITTED "
    f"X-AUTOREPLY {MARK})]"
)
_HEADERS_SENT = f"BODY.PEEK[HEADER.FIELDS (DATE TO SUBJECT MESSAGE-ID IN-REPLY-TO {DRAFT_MARK})]"
_ADDRESS = re.compile(r"[^\s<>,;:\"()]+@[^\s<>,;:\"()]+")
_LONGEST_THREAD = 50
_IDENTITY = re.compile(rb"<[^<>\s]{1,900}>")
# What mail programs call the folder of sent mail, where the server does not say which it is.
_SENT_NAMES = {
    f"{parent}{name}"
    for parent in ("", "inbox ", "gmail ")
    for name in ("sent", "sent items", "sent messages", "sent mail", "thư đã gửi", "đã gửi")
}


class Uid(NamedTuple):
    """Which mail: `box` is the server, account and folder. A number counts while the folder's
    `validity` is the same, and many servers give all folders of all accounts the same one."""

    box: str
    validity: int
    number: int


@dataclass(frozen=True)
class Heading:
    """What a mail says on its envelope. `answers` are the mails that it answers, the last first;
    `received` is when it came into the mailbox; `automatic` whether a program answered by itself
    (RFC 3834), `is_marked` whether it has the sign of mails of ours."""

    uid: Uid
    message_id: str
    answers: tuple[str, ...]
    sender: str
    subject: str
    sent: datetime.datetime | None
    received: datetime.datetime
    size: int
    automatic: bool
    is_marked: bool
    structure: Structure


class SentMail(NamedTuple):
    """A mail that the office sent. `draft` is the identity of the draft of ours that it was, where
    the mail program left it; `to` has the addresses in lower case, without copies; `sent` is
    when it says that it was sent."""

    message_id: str
    draft: str
    is_reply: bool
    to: frozenset[str]
    subject: str
    sent: datetime.datetime


class Mailbox:
    """An open folder of a mailbox; `count` is how many mails were in it then."""

    def __init__(self, client: IMAPClient, settings: MailSettings, validity: int, count: int):
        self.client = client
        self.settings = settings
        self.validity = validity
        self.count = count
        server = settings.imap
        self.box = f"{server.user}@{server.host.lower()}/{settings.folder}"

    def headings(self, since: datetime.date, known: Collection[Uid]) -> Iterator[Heading]:
        """The mails that came on a day or later, but for those known, oldest first. Raises
        MailError."""
        with _told(self.settings):
            new = [n for n in self._came_since(since) if self._uid(n) not in known]
            for number, answer in self._fetched(new, _HEADERS, "RFC822.SIZE", "BODYSTRUCTURE"):
                yield _heading(self._uid(number), answer)

    def sent(self, since: datetime.date) -> list[SentMail] | None:
        """The mails in the folders of sent mail that came there on a day or later; None where there
        is no such folder, or the server does not let us look. Raises MailError."""
        found: list[SentMail] | None = None
        with _told(self.settings):
            try:
                for name in _sent_folders(self.client.list_folders()):
                    self.client.select_folder(name, readonly=True)
                    # Headers only, for a folder of tens of thousands of mails.
                    answers = self._fetched(self._came_since(since), _HEADERS_SENT)
                    found = [*(found or ()), *(_sent(answer) for _, answer in answers)]
            except imaplib.IMAP4.abort:
                raise
            except IMAPClientError:
                found = None
            _select(self.client, self.settings)
        return found

    def _came_since(self, since: datetime.date) -> list[int]:
        # A day earlier: servers reckon in time zones of their own.
        asked: Any = ["SINCE", since - datetime.timedelta(days=1)]  # as imapclient's guide has it
        return sorted(self.client.search(asked))

    def _fetched(self, numbers: list[int], *wanted: str) -> Iterator[tuple[int, dict[bytes, Any]]]:
        for at in range(0, len(numbers), _AT_ONCE):
            answers = self.client.fetch(numbers[at : at + _AT_ONCE], [*wanted, "INTERNALDATE"])
            for number in sorted(answers):
                if b"INTERNALDATE" in answers[number]:  # else it was deleted meanwhile
                    yield number, answers[number]

    def _uid(self, number: int) -> Uid:
        return Uid(self.box, self.validity, number)

    def content(self, heading: Heading) -> bytes:
        """A whole mail; b"" where it is gone. Raises MailError."""
        with _told(self.settings):
            answer = self.client.fetch([heading.uid.number], ["BODY.PEEK[]"])
        content = answer.get(heading.uid.number, {}).get(b"BODY[]")
        return content if isinstance(content, bytes) else b""

    def mark_seen(self, heading: Heading) -> None:
        with _told(self.settings):
            self.client.add_flags([heading.uid.number], [rb"\Seen"], silent=True)


@contextmanager
def open_mailbox(settings: MailSettings, password: str) -> Iterator[Mailbox]:
    """The folder that is set, over TLS; read-only unless fetched mails are to be marked. Raises
    MailError."""
    with _connected(settings) as client:
        with _told(settings):
            _log_in(client, settings, password)
            chosen = _select(client, settings)
        count = int(chosen.get(b"EXISTS", 0))
        yield Mailbox(client, settings, int(chosen[b"UIDVALIDITY"]), count)


def reach_mailbox(settings: MailSettings) -> None:
    """See whether the server is there and may be given a password: connect over TLS, and leave.
    Raises MailError."""
    with _connected(settings):
        pass


@contextmanager
def _connected(settings: MailSettings) -> Iterator[IMAPClient]:
    """A connection over TLS, before anybody logs in. Raises MailError."""
    server = settings.imap
    check_server(server)
    context = trust(server)
    with _told(settings):
        client = IMAPClient(
            server.host,
            server.port,
            ssl=server.security == TLS,
            ssl_context=context if server.security == TLS else None,
            timeout=SECONDS_TO_ANSWER,
        )
    try:
        with _told(settings):
            client.normalise_times = False  # with their time zones
            if server.security != TLS:
                _encrypt(client, context, settings)
        yield client
    finally:
        with suppress(IMAPClientError, OSError, imaplib.IMAP4.error):
            client.logout()


def _encrypt(client: IMAPClient, context: ssl.SSLContext, settings: MailSettings) -> None:
    try:
        client.starttls(context)
    except CapabilityError as error:
        server = settings.imap
        raise MailError(
            f"Máy chủ {server.host}:{server.port} không mã hóa đường truyền (STARTTLS), nên không "
            "gửi mật khẩu qua đó. Hỏi cán bộ công nghệ thông tin cổng có mã hóa."
        ) from error


def _log_in(client: IMAPClient, settings: MailSettings, password: str) -> None:
    user = settings.imap.user
    try:
        if password.isascii() and user.isascii():
            client.login(user, password)
        else:  # LOGIN takes ASCII only
            client.plain_login(user, password)
    except LoginError as error:
        if isinstance(error.__context__, imaplib.IMAP4.abort):  # cut off before an answer came
            raise error.__context__ from error
        if re.search(r"UNAVAILABLE|LIMIT|INUSE", str(error).upper()):  # not the password's fault
            raise
        raise wrong_password(settings.imap) from error


def _select(client: IMAPClient, settings: MailSettings) -> dict[bytes, Any]:
    try:
        return client.select_folder(settings.folder, readonly=not settings.mark_seen)
    except imaplib.IMAP4.abort:
        raise
    except IMAPClientError as error:
        raise MailError(
            f"Hộp thư không có thư mục “{settings.folder}”. Sửa dòng “Thư mục thư” ở trang Thư "
            "điện tử (thường là INBOX)."
        ) from error


@contextmanager
def _told(settings: MailSettings) -> Iterator[None]:
    """What the network or the server does wrong becomes a MailError."""
    server = settings.imap
    try:
        yield
    except OSError as error:
        raise why_no_server(error, server) from error
    except imaplib.IMAP4.abort as error:
        raise why_no_server(ConnectionAbortedError(), server) from error
    except (IMAPClientError, imaplib.IMAP4.error, RecursionError) as error:
        said = " ".join(str(error).split())[:200]
        raise MailError(
            f"Máy chủ {server.host} không cho lấy thư ({said}). Bấm lại; vẫn lỗi thì báo cán bộ "
            "công nghệ thông tin. Thư đã lấy không mất."
        ) from error


# --------------------------------------------------------------------- a heading


def _headers(answer: dict[bytes, Any]) -> Headers:
    raw = next((text for name, text in answer.items() if name.startswith(b"BODY[HEADER")), b"")
    return read_headers(raw or b"", 0, len(raw or b""))[0]


def _received(answer: dict[bytes, Any]) -> datetime.datetime:
    return _aware(answer[b"INTERNALDATE"]) or datetime.datetime.now(datetime.UTC)


def _heading(uid: Uid, answer: dict[bytes, Any]) -> Heading:
    headers = _headers(answer)
    return Heading(
        uid=uid,
        message_id=_identity(headers.get("message-id", b"")),
        answers=_answers(headers),
        sender=_address(decoded(headers.get("from", b""))),
        subject=_one_line(decoded(headers.get("subject", b""))),
        sent=day_sent(headers),
        received=_received(answer),
        size=int(answer.get(b"RFC822.SIZE", 0)),
        automatic=_is_automatic(headers),
        is_marked=MARK.lower() in headers,
        structure=structure_of(answer.get(b"BODYSTRUCTURE")),
    )


def _sent(answer: dict[bytes, Any]) -> SentMail:
    headers = _headers(answer)
    # Taken apart before it is decoded: a name may look like an address.
    written = getaddresses([headers.get("to", b"").decode("ascii", "replace")])
    to = sorted(address.lower() for _, address in written if address)
    sent = day_sent(headers) or _received(answer)
    return SentMail(
        # Some servers keep what was sent without one; it is to be known again all the same.
        message_id=_identity(headers.get("message-id", b"")) or f"{sent.isoformat()} {to}",
        draft=_identity(headers.get(DRAFT_MARK.lower(), b"")),
        is_reply="in-reply-to" in headers,
        to=frozenset(to),
        subject=_one_line(decoded(headers.get("subject", b""))),
        sent=sent,
    )


def _sent_folders(listed: Iterable[tuple[tuple[bytes, ...], bytes | None, str]]) -> list[str]:
    """The folders of sent mail: those of which the server says so (RFC 6154), else those with a
    usual name."""
    folders = {name: {flag.lower() for flag in flags} for flags, _, name in listed}
    said = [name for name, flags in folders.items() if rb"\sent" in flags]
    named = [name for name in folders if key(name) in _SENT_NAMES]  # "INBOX.Sent": "inbox sent"
    closed = {rb"\noselect", rb"\nonexistent"}
    return [name for name in said or named if not folders[name] & closed]


def _identity(header: bytes) -> str:
    found = _IDENTITY.search(header)
    return found[0].decode("ascii", "replace") if found else ""


def _answers(headers: Headers) -> tuple[str, ...]:
    """A thread names first what began it; programs write one header or the other."""
    thread = _IDENTITY.findall(headers.get("references", b""))[-_LONGEST_THREAD:]
    named = [*_IDENTITY.findall(headers.get("in-reply-to", b""))[:1], *reversed(thread)]
    return tuple(dict.fromkeys(one.decode("ascii", "replace") for one in named))


def _is_automatic(headers: Headers) -> bool:
    said = value_of(headers.get("auto-submitted", b"no"))
    return said != "no" or "x-autoreply" in headers


def _address(header: str) -> str:
    """The address of a sender, and not one that stands in the name."""
    _, _, angle = header.rpartition("<")
    found = _ADDRESS.search(angle) or _ADDRESS.search(header)
    return found[0].lower() if found else ""


def _one_line(text: str) -> str:
    return "".join(c for c in " ".join(text.split()) if c.isprintable())


def _aware(moment: datetime.datetime | None) -> datetime.datetime | None:
    if moment is None or not 2000 <= moment.year <= 2100:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=datetime.UTC)
