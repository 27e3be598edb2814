"""What can be seen of an office's mail: what was kept, noted, shown, and came back."""

from __future__ import annotations

import io
from email.header import Header

import openpyxl

from cchc_xl.mail.board import status_of
from cchc_xl.mail.log import Correspondence, correspondence
from cchc_xl.workspace.folders import Workspace
from tests.support.mail_office import PERIOD, Office
from tests.support.mail_writers import Attached, eml


def status(office, agency):
    return next(one for one in status_of(office.loaded, PERIOD).agencies if one.agency == agency)


def saved(office: Office) -> list[str]:
    return sorted(path.name for path in (office.root / PERIOD / "nhan-ve").glob("*"))


def log_of(office: Office, period: str = PERIOD) -> Correspondence:
    path = Workspace(office.root).correspondence(period)
    return correspondence(path, office.loaded.programme.registry)


def table(*rows) -> bytes:
    """A workbook about something else."""
    workbook = openpyxl.Workbook()
    for row in rows or (("STT", "Họ tên"), (1, "Nguyễn Văn A")):
        workbook.worksheets[0].append(row)
    buffer = io.BytesIO()
    workbook.save(buffer)
    return buffer.getvalue()


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
