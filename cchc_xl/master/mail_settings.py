"""How an office mails: the master's sheet Thư điện tử."""

from __future__ import annotations

import contextlib
import ipaddress
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NamedTuple

from ..errors import MailError, MasterWorkbookError
from ..files.spreadsheets import WorkbookSheets
from ..text.spelling import key
from .layout import MAIL, NO, TABLES, YES
from .records import read_table

OUTLOOK, DRAFTS, SMTP = "Bản nháp trong Outlook", "Tệp thư nháp (.eml)", "Gửi thẳng qua máy chủ"
WAYS = (OUTLOOK, DRAFTS, SMTP)
STARTTLS, TLS = "STARTTLS", "TLS"
SENDING, RECEIVING = "máy chủ gửi thư", "máy chủ nhận thư"
USUAL_DAYS = 3
_SMTP_PORTS = {STARTTLS: 587, TLS: 465}
_IMAP_PORTS = {STARTTLS: 143, TLS: 993}
# Vietnamese offices have plain addresses; what is stranger is a slip of typing.
_ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+")
# Labels as a name server takes them.
_HOST = re.compile(r"[A-Za-z0-9-]{1,63}(\.[A-Za-z0-9-]{1,63})*")


class MailRow(NamedTuple):
    """A line of the sheet: what it is called, what stands there at first, how to fill it in."""

    name: str
    usual: str
    hint: str
    choices: tuple[str, ...] = ()


_WAY = MailRow("Cách gửi", DRAFTS, "Chọn trong danh sách; bản nháp thì tự bấm Gửi.", WAYS)
_NAME = MailRow("Tên người gửi", "", "Trống thì ghi tên cơ quan tổng hợp.")
_FROM = MailRow("Địa chỉ thư", "", "Địa chỉ của cơ quan tổng hợp, ví dụ snv@daklak.gov.vn.")
_CONTACT = MailRow("Người liên hệ", "", "Ghi ở cuối thư.")
_PHONE = MailRow("Điện thoại liên hệ", "", "Ghi ở cuối thư.")
_RESULTS = MailRow("Gửi kết quả đến", "", "Địa chỉ của lãnh đạo; nhiều địa chỉ cách nhau bằng “;”.")
_COPY = MailRow("Đồng gửi khi nhắc lại", "", "Nhận bản sao từ lần nhắc thứ hai.")
_DAYS = MailRow(
    "Số ngày giữa hai lần nhắc", str(USUAL_DAYS), "Chưa đủ số ngày thì không nhắc tiếp."
)
_SMTP_HOST = MailRow("Máy chủ gửi (SMTP)", "", "Chỉ cần khi gửi thẳng, ví dụ mail.daklak.gov.vn.")
_SMTP_SECURITY = MailRow(
    "Bảo mật khi gửi", STARTTLS, "STARTTLS (cổng 587) hoặc TLS (cổng 465).", (STARTTLS, TLS)
)
_SMTP_PORT = MailRow("Cổng gửi", "", "Trống thì theo bảo mật.")
_RATE = MailRow("Số thư mỗi phút", "30", "Nhiều máy chủ không nhận quá nhanh.")
_IMAP_HOST = MailRow("Máy chủ nhận (IMAP)", "", "Để lấy phiếu từ hộp thư.")
_IMAP_SECURITY = MailRow(
    "Bảo mật khi nhận", TLS, "TLS (cổng 993) hoặc STARTTLS (cổng 143).", (TLS, STARTTLS)
)
_IMAP_PORT = MailRow("Cổng nhận", "", "Trống thì theo bảo mật.")
_FOLDER = MailRow("Thư mục thư", "INBOX", "Thư mục trong hộp thư để tìm phiếu.")
_MARK = MailRow(
    "Đánh dấu đã đọc",
    "Không",
    "“Có” thì thư đã lấy phiếu được đánh dấu đã đọc; ngoài ra hộp thư không bị thay đổi.",
    (YES, NO),
)
_USER = MailRow(
    "Tên đăng nhập",
    "",
    "Trống thì là địa chỉ thư. Mật khẩu không ghi ở đây: phần mềm "
    "hỏi một lần và cất trong kho mật khẩu của Windows.",
)
_CA = MailRow(
    "Tệp chứng thư",
    "",
    "Chỉ khi máy chủ dùng chứng thư riêng của tỉnh: tệp .pem trong thư mục làm việc.",
)

MAIL_ROWS = (
    _WAY,
    _FROM,
    _NAME,
    _CONTACT,
    _PHONE,
    _RESULTS,
    _COPY,
    _DAYS,
    _SMTP_HOST,
    _SMTP_SECURITY,
    _SMTP_PORT,
    _RATE,
    _IMAP_HOST,
    _IMAP_SECURITY,
    _IMAP_PORT,
    _FOLDER,
    _MARK,
    _USER,
    _CA,
)


@dataclass(frozen=True)
class Server:
    """A mail server; `what` names it to an officer, `problem` says why it cannot be used as it
    is set."""

    what: str
    host: str
    port: int
    security: str
    user: str
    ca_file: Path | None = None
    problem: str = ""


@dataclass(frozen=True)
class MailSettings:
    """`sender` is the address that mails come from, "" where none is set; `results_to` and
    `copy_to` are addresses; `per_minute` is how many mails a server takes."""

    way: str
    sender: str
    name: str
    contact: str
    phone: str
    results_to: tuple[str, ...]
    copy_to: tuple[str, ...]
    days_between: int
    per_minute: int
    smtp: Server
    imap: Server
    folder: str
    mark_seen: bool


def is_address(text: str) -> bool:
    return len(text) <= 254 and bool(_ADDRESS.fullmatch(text))


def _is_host(text: str) -> bool:
    """Whether a name can be looked up: Python fails in its own words at one that cannot."""
    with contextlib.suppress(ValueError):
        return bool(ipaddress.ip_address(text))
    return len(text) <= 253 and bool(_HOST.fullmatch(text))


def addresses(text: str) -> tuple[str, ...]:
    """The addresses of a cell, as typed: parted by ; , or blanks, or with names as mail programs
    copy them, "Phòng Tổ chức <ptc@daklak.gov.vn>"."""
    found: list[str] = []
    for piece in re.split(r"[;,\n]+", text):
        inside = re.findall(r"<([^<>]*)>", piece)
        found += inside or piece.split()
    return each_once(filter(None, map(str.strip, found)))


def each_once(written: Iterable[str]) -> tuple[str, ...]:
    """Addresses without those that differ in case only: they are the same mailbox."""
    once: dict[str, str] = {}
    for address in written:
        once.setdefault(address.lower(), address)
    return tuple(once.values())


def read_mail_settings(
    workbook: WorkbookSheets, file: str, folder: Path, office: str
) -> MailSettings:
    """The settings of a master; an older one without the sheet has the usual ones. `folder` is
    where a certificate's file lies, `office` the sender's name where none is given.

    Raises MailError, which names the line that cannot be used.
    """
    return _Settings(_said(workbook, file), folder).read(office)


def days_between_reminders(workbook: WorkbookSheets, file: str) -> int:
    """That setting alone, the usual one where it cannot be used: who looks at the board and does
    not mail need not have the sheet in order."""
    with contextlib.suppress(MailError, MasterWorkbookError):
        return _Settings(_said(workbook, file), Path()).days_between
    return USUAL_DAYS


def _said(workbook: WorkbookSheets, file: str) -> dict[str, str]:
    """What each line says, the usual where nothing stands."""
    said = {row.name: row.usual for row in MAIL_ROWS}
    if MAIL in workbook.names:
        names = {key(row.name): row.name for row in MAIL_ROWS}
        for record in read_table(workbook, file, MAIL, TABLES[MAIL].headings[:2]):
            name = names.get(key(record.text("Mục")))
            if name and (text := record.text("Giá trị")):
                said[name] = text
    return said


class _Settings:
    def __init__(self, said: Mapping[str, str], folder: Path):
        self.said = said
        self.folder = folder

    def read(self, office: str) -> MailSettings:
        sender = self._text(_FROM)
        if sender and not is_address(sender):
            raise self._wrong(_FROM, "địa chỉ thư, ví dụ snv@daklak.gov.vn")
        user = self._text(_USER) or sender
        ca_file = self._ca_file()
        return MailSettings(
            way=self._one_of(_WAY, WAYS),
            sender=sender,
            name=self._text(_NAME) or office,
            contact=self._text(_CONTACT),
            phone=self._text(_PHONE),
            results_to=self._addresses(_RESULTS),
            copy_to=self._addresses(_COPY),
            days_between=self.days_between,
            per_minute=self._number(_RATE, 1, 10_000),
            smtp=self._server(
                SENDING, (_SMTP_HOST, _SMTP_SECURITY, _SMTP_PORT), _SMTP_PORTS, user, ca_file
            ),
            imap=self._server(
                RECEIVING, (_IMAP_HOST, _IMAP_SECURITY, _IMAP_PORT), _IMAP_PORTS, user, ca_file
            ),
            folder=self._text(_FOLDER),
            mark_seen=key(self._text(_MARK)) == key(YES),
        )

    @property
    def days_between(self) -> int:
        return self._number(_DAYS, 0, 60)

    def _text(self, row: MailRow) -> str:
        return " ".join(self.said[row.name].split())

    def _wrong(self, row: MailRow, wanted: str) -> MailError:
        return MailError(
            f"Trang {MAIL}, dòng “{row.name}”: “{self._text(row)}” không dùng được; ghi {wanted}. "
            "Chưa gửi hay lấy thư nào."
        )

    def _one_of(self, row: MailRow, words: tuple[str, ...]) -> str:
        for word in words:
            if key(word) == key(self._text(row)):
                return word
        raise self._wrong(row, f"một trong: {'; '.join(words)}")

    def _number(self, row: MailRow, least: int, most: int) -> int:
        text = self._text(row)
        if not re.fullmatch(r"\d{1,5}", text) or not least <= int(text) <= most:
            raise self._wrong(row, f"số từ {least} đến {most}")
        return int(text)

    def _addresses(self, row: MailRow) -> tuple[str, ...]:
        found = addresses(self.said[row.name])
        if not all(map(is_address, found)):
            raise self._wrong(row, "các địa chỉ thư, cách nhau bằng “;”")
        return found

    def _ca_file(self) -> Path | None:
        if not self._text(_CA):
            return None
        path = self.folder / self._text(_CA)
        if not path.is_file():
            raise self._wrong(_CA, "tên một tệp có trong thư mục làm việc")
        return path

    def _server(
        self,
        what: str,
        rows: tuple[MailRow, MailRow, MailRow],
        ports: Mapping[str, int],
        user: str,
        ca_file: Path | None,
    ) -> Server:
        host, security, port = rows
        server = Server(what, self._text(host), 0, TLS, user, ca_file)
        try:
            chosen = self._one_of(security, (STARTTLS, TLS))
            number = self._number(port, 1, 65_535) if self._text(port) else ports[chosen]
            if server.host and not _is_host(server.host):
                raise self._wrong(host, "tên máy chủ, ví dụ mail.daklak.gov.vn")
        except MailError as error:  # it need not keep from mailing in another way
            return replace(server, problem=str(error))
        return replace(server, port=number, security=chosen)
