"""Whether the office's mail would work: what the sheet Thư điện tử says is tried in the way that
mail goes, but for the mail. Nothing is sent, and nothing is changed here or on a server."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from ..master.mail_settings import DRAFTS, OUTLOOK, SMTP, MailSettings, Server, addresses
from ..master.opening import Loaded
from ..plan.model import Programme
from ..text.spelling import few
from .carriers import reach_server
from .mailbox import open_mailbox, reach_mailbox
from .outgoing import mail_settings, open_server
from .passwords import needed_password
from .servers import check_server

_MOST_NAMES = 5

Verdict = tuple[bool | None, str, str]  # as the doctor's: (ok, what was found, the next step)
NamedCheck = tuple[str, Callable[[], Verdict]]


def mail_checks(loaded: Loaded, outlook: Callable[[], object] | None = None) -> list[NamedCheck]:
    """What there is to look at; `outlook` starts Outlook, where that can be tried. Raises
    MailError when the sheet cannot be read."""
    settings = mail_settings(loaded)
    smtp, imap = settings.smtp, settings.imap
    known, unknown = _agencies_by_address(loaded.programme)
    checks: list[NamedCheck] = [("Cách gửi thư", lambda: _way(settings, outlook))]
    if smtp.host or settings.way == SMTP:
        checks.append(("Máy chủ gửi thư", lambda: _sending(settings)))
    if imap.host:
        checks.append(("Hộp thư", lambda: _receiving(settings)))
    if len(checks) == 1 and settings.way == DRAFTS and not (settings.sender or known):
        return [("Thư điện tử", lambda: (True, _NOT_SET_UP, ""))]
    if unknown:
        checks.append(("Địa chỉ các cơ quan", lambda: (True, _lacking(unknown), "")))
    return checks


_NOT_SET_UP = (
    "chưa khai báo, thư được lập thành tệp nháp (.eml) để tự gửi; muốn gửi và lấy thư bằng phần "
    "mềm thì điền trang Thư điện tử và cột E-mail của trang Cơ quan"
)


def _way(settings: MailSettings, outlook: Callable[[], object] | None) -> Verdict:
    if settings.way != OUTLOOK:
        return True, settings.way, ""
    if outlook is None:
        return None, f"{OUTLOOK}, chỉ xem được bằng nút Kiểm tra máy trong Excel trên Windows", ""
    outlook()
    return True, f"{OUTLOOK}, mở được Outlook", ""


def _sending(settings: MailSettings) -> Verdict:
    server = settings.smtp
    check_server(server)
    # Without a login first: a new office has no password kept yet, and should know all the same
    # whether its server is the right one.
    reach_server(server)
    open_server(settings).close()
    return True, _logged_in(server), ""


def _receiving(settings: MailSettings) -> Verdict:
    reach_mailbox(settings)  # for the same reason
    read_only = replace(settings, mark_seen=False)
    with open_mailbox(read_only, needed_password(settings.imap)) as mailbox:
        found = f"{_logged_in(settings.imap)}, thư mục {settings.folder} có {mailbox.count} thư"
    return True, found, ""


def _logged_in(server: Server) -> str:
    return f"{server.host}:{server.port} ({server.security}), đăng nhập được bằng {server.user}"


def _agencies_by_address(programme: Programme) -> tuple[list[str], list[str]]:
    """The agencies that report in some period: those with an address, and those without."""
    reporting = {name for period in programme.periods for name in programme.rows_by_agency(period)}
    known, unknown = [], []
    for agency in programme.registry.agencies:
        if agency.name in reporting:
            (known if addresses(agency.email) else unknown).append(agency.name)
    return known, unknown


def _lacking(names: list[str]) -> str:
    named = few(names, _MOST_NAMES)
    return f"{len(names)} cơ quan chưa có ({named}); ghi ở cột E-mail của trang Cơ quan"
