"""A letter to an agency or to leaders: its words, from the templates that officers restyle, and the
mail that carries it.

There is one text, in which `**` makes letters bold and lines may be numbered or begin with `-`; the
plain version and the page are both made of it, so they never say different things.
"""

from __future__ import annotations

import base64
import datetime
import hashlib
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import SMTP, EmailPolicy
from pathlib import Path, PurePath
from typing import Any, NamedTuple

from markdown_it import MarkdownIt

from ..master.mail_settings import MailSettings, each_once
from ..plan.agencies import slug
from ..plan.mail_kinds import MailKind
from ..workspace.disk import read_file
from ..writing.template_faults import refused
from ..writing.templates import DOCUMENTS, MAIL_PAGE, filled_page, filled_text, official_text

# Tells mails of ours wherever they come to light again.
MARK = "X-CCHC-XL"
# Tells which draft a mail was, where a mail program sends it under a Message-ID of its own.
DRAFT_MARK = "X-CCHC-XL-Draft"


class Attachment(NamedTuple):
    name: str
    content: bytes

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.content).hexdigest()


@dataclass(frozen=True)
class Letter:
    """What one recipient gets: `agency` is its name (for results: who they are for), `about` as
    in `MailEvent`; `what` says in a few Vietnamese words which letter it is."""

    kind: MailKind
    period: str
    agency: str
    about: str
    what: str
    to: tuple[str, ...]
    words: Words
    attachments: tuple[Attachment, ...] = ()
    copy_to: tuple[str, ...] = ()
    agency_id: str = ""

    @property
    def key(self) -> tuple[MailKind, str, str]:
        return self.kind, self.agency, self.about

    @property
    def recipients(self) -> tuple[str, ...]:
        return each_once((*self.to, *self.copy_to))

    @property
    def files(self) -> tuple[str, ...]:
        return tuple(one.sha256 for one in self.attachments)

    @property
    def file_name(self) -> str:
        """What the letter is called as a file, without its ending."""
        about = f"_{self.about[:8]}" if self.about else ""
        # Names of agencies may differ in diacritics only.
        whose = f"_{slug(self.agency_id)}" if self.agency_id else ""
        return f"{self.kind.file}_{slug(self.agency)[:80]}{whose}{about}"


def message_id(letter: Letter, sender: str, attempt: int) -> str:
    """The identity of a mail: the same for the same letter and attempt, wherever it is made."""
    domain = sender.rpartition("@")[2] or "cchc-xl.invalid"
    stuff = "\n".join((*letter.key, *letter.files, str(attempt)))
    lot = hashlib.sha256(stuff.encode()).hexdigest()[:24]
    return f"<cchc.{letter.period}.{letter.kind}.{lot}@{domain}>"


def mail_of(
    letter: Letter, settings: MailSettings, identity: str, date: datetime.datetime | None = None
) -> bytes:
    """A letter as a mail (RFC 5322): the same inputs give the same bytes. Without a date it is
    a draft, which mail programs open for editing."""
    mail = EmailMessage(SMTP)
    if settings.sender:
        mail["From"] = _Encoded("From", settings.name, f" <{settings.sender}>")
    mail["To"] = ", ".join(letter.to)
    if letter.copy_to:
        mail["Cc"] = ", ".join(letter.copy_to)
    mail["Subject"] = _Encoded("Subject", letter.words.subject)
    if date is None:
        mail["X-Unsent"] = "1"
        mail[DRAFT_MARK] = identity
    else:
        mail["Date"] = date
    mail["Message-ID"] = identity
    mail[MARK] = f"{letter.period}; {letter.kind}"
    # Base64 bodies look like spam to filters, and nobody can read them in a log.
    mail.set_content(letter.words.plain, cte="quoted-printable")
    mail.add_alternative(letter.words.html, subtype="html", cte="quoted-printable")
    for one in letter.attachments:
        kind = _TYPES.get(PurePath(one.name).suffix.lower(), "application/octet-stream")
        main, _, sub = kind.partition("/")
        mail.add_attachment(one.content, maintype=main, subtype=sub, filename=one.name)
    _mark_boundaries(mail, identity)
    return mail.as_bytes()


class _Encoded(str):
    """A header that is encoded and folded already (RFC 2047). Python's own folding loses blanks
    where a name has a comma, and parts words in the middle, which shows where a program puts a
    blank between the pieces."""

    name: str

    def __new__(cls, name: str, text: str, end: str = "") -> _Encoded:
        words = (base64.b64encode(piece.encode()).decode() for piece in _pieces(text))
        one = super().__new__(cls, "\r\n ".join(f"=?utf-8?B?{word}?=" for word in words) + end)
        one.name = name
        return one

    def fold(self, *, policy: EmailPolicy) -> str:
        """The lines of the header, as a policy asks headers for them."""
        return f"{self.name}: {self}{policy.linesep}"


def _pieces(text: str) -> list[str]:
    """A text in pieces that fit into an encoded word each, parted after blanks where it can be."""
    pieces = [""]
    for word in re.findall(r"\S+\s*", text):
        for part in [word] if len(word.encode()) <= _PIECE else word:
            if len(f"{pieces[-1]}{part}".encode()) > _PIECE:
                pieces.append("")
            pieces[-1] += part
    return pieces


_PIECE = 39  # bytes, so that a line has no more than 76 characters with the header's name


# Not those of the computer, which differ.
_OFFICE = "application/vnd.openxmlformats-officedocument"
_TYPES = {
    ".xlsx": f"{_OFFICE}.spreadsheetml.sheet",
    ".docx": f"{_OFFICE}.wordprocessingml.document",
    ".pdf": "application/pdf",
}


def _mark_boundaries(mail: EmailMessage, identity: str) -> None:
    """Boundaries that follow from the mail, where Python would draw lots."""
    for number, part in enumerate(p for p in mail.walk() if p.is_multipart()):
        lot = hashlib.sha256(f"{identity}{number}".encode()).hexdigest()[:24]
        part.set_boundary(f"=_cchc_{number}_{lot}")


def attached(paths: Sequence[Path]) -> tuple[Attachment, ...]:
    """Files as attachments. Raises UnreadableFileError."""
    return tuple(Attachment(path.name, read_file(path)) for path in paths)


def short_reason(text: object) -> str:
    """What a server said, as one short line."""
    if isinstance(text, bytes):
        text = text.decode("utf-8", "replace")
    return re.sub(r"\s+", " ", str(text)).strip()[:200] or "không rõ lý do"


# ---------------------------------------------------------------------- its words

# What agencies typed may hold signs that would become a link, a picture or a list.
_SPECIAL = re.compile(r"([\\`*_{}\[\]()<>#+!|~&.:@/-])")
_MARKDOWN = MarkdownIt("commonmark", {"html": False, "breaks": True}).disable(
    ["link", "image", "autolink", "html_block", "html_inline", "code", "fence", "reference"]
)


class Words(NamedTuple):
    subject: str
    plain: str
    html: str


def mail_words(kind: MailKind, facts: Mapping[str, object]) -> Words:
    """The words of a mail of a kind. `facts` must have what its template asks for, and
    `noi_gui`, `nguoi_lien_he`, `dien_thoai`, `thu` for the lines below it. Raises
    TemplateError."""
    name, line = kind.template, kind.subject
    subject = official_text("thu", line, facts)
    if isinstance(subject, list):  # one for each reminder, and the last for all others
        subject = subject[min(int(str(facts["lan"])), len(subject)) - 1] if subject else ""
    title = " ".join(subject.split())
    if not title:
        raise refused(DOCUMENTS, "thư phải có tiêu đề", f"mục [thu], dòng {line}")
    body = _MARKDOWN.render(_tidy(filled_text(name, _changed(facts, _literal))))
    plain = _tidy(filled_text(name, facts).replace("**", ""))
    return Words(
        title,
        f"{plain}\n\n-- \n{_signature(facts)}\n",
        filled_page(MAIL_PAGE, body, {**facts, "tieu_de": title}),
    )


def _changed(facts: Any, change: Callable[[str], str]) -> Any:
    """Facts with every text in them changed."""
    if isinstance(facts, str):
        return change(facts)
    if isinstance(facts, Mapping):
        return {name: _changed(fact, change) for name, fact in facts.items()}
    if isinstance(facts, list | tuple):
        return [_changed(fact, change) for fact in facts]
    return facts


def _literal(text: str) -> str:
    """A text that means itself, whatever signs it has."""
    return _SPECIAL.sub(r"\\\1", " ".join(text.split()))


def _tidy(text: str) -> str:
    """A text without the blank lines that its conditions left behind."""
    return re.sub(r"\n{3,}", "\n\n", text).strip()


def _signature(facts: Mapping[str, object]) -> str:
    lines = [
        str(facts["noi_gui"]),
        *(
            f"{label}: {facts[name]}"
            for name, label in (
                ("nguoi_lien_he", "Liên hệ"),
                ("dien_thoai", "Điện thoại"),
                ("thu", "Thư điện tử"),
            )
            if facts[name]
        ),
    ]
    return "\n".join(lines)
