"""Letters on their way: by SMTP, or as drafts that a mail program opens; each noted before and
after it leaves, so that none goes out twice.
"""

from __future__ import annotations

import base64
import contextlib
import re
import smtplib
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple, Protocol

from ..errors import MailError
from ..findings.finding import Finding, Place, finding
from ..master.mail_settings import TLS, MailSettings, Server
from ..text.dates import now
from ..workspace.disk import read_file, write_files
from ..workspace.journal import sha256_of
from .letter import Letter, mail_of, message_id, short_reason
from .log import BOUNCED, DRAFT, FAILED, SENDING, SENT, Correspondence, MailEvent
from .servers import SECONDS_TO_ANSWER, trust, why_no_server, wrong_password

MEGABYTE = 2**20


class Refused(Exception):
    """A server did not take a letter: `code` says which message tells it, `address` for whom."""

    def __init__(self, code: str, address: str, **details: Any):
        super().__init__(code)
        self.code, self.address, self.details = code, address, details


class SenderRefused(MailError):
    """The server does not let the office write from its address, or not now: no agency's fault,
    and no other letter would go out. `begun` says whether that came after the letter itself."""

    def __init__(self, message: str, begun: bool = False):
        super().__init__(message)
        self.begun = begun


class Carrier(Protocol):
    """A way to hand letters over. `becomes` is the event that is noted then."""

    becomes: str

    def hand_over(self, letter: Letter, identity: str, begin: Callable[[], None]) -> dict[str, str]:
        """Hand a letter over; `begin` is called before the first moment from which on nobody can
        know whether it arrived. Gives address -> reason of recipients that were refused while
        others were not. Raises Refused when nobody gets it, MailError when no other letter can
        be handed over either."""
        ...

    def close(self) -> None: ...


class Delivered(NamedTuple):
    """What came of sending: the letters handed over, and what to look at."""

    letters: tuple[Letter, ...]
    findings: tuple[Finding, ...]


def hand_over_all(
    letters: Sequence[Letter],
    carrier: Carrier,
    log: Correspondence,
    settings: MailSettings,
    progress: Callable[[int, int, str], None],
) -> Delivered:
    """Hand letters over one after the other, noting each. Raises MailError when it cannot go
    on; what is noted by then says which went out."""
    done: list[Letter] = []
    found: list[Finding] = []
    for number, letter in enumerate(letters, 1):
        # Counted for all ways: a draft that is sent by hand is told by its identity.
        attempt = sum(e.key == letter.key and e.event in (SENT, DRAFT) for e in log.events)
        identity = message_id(letter, settings.sender, attempt)

        def note(event: str, address: str = "", reason: str = "", letter=letter, identity=identity):
            log.add(
                MailEvent(
                    now(),
                    event,
                    letter.kind,
                    letter.agency,
                    letter.about,
                    identity,
                    letter.recipients,
                    letter.files,
                    address,
                    reason,
                    letter.agency_id,
                    letter.words.subject,
                    letter.to,
                )
            )

        try:
            refused = carrier.hand_over(letter, identity, lambda note=note: note(SENDING))
        except Refused as error:
            found.append(
                finding(error.code, Place(), error.address, agency=letter.agency, **error.details)
            )
            note(FAILED, error.address, found[-1].message)
        except MailError as error:
            if isinstance(error, SenderRefused) and error.begun:
                note(FAILED, settings.sender, str(error))
            left = len(letters) - len(done)
            raise type(error)(
                f"{error} Đã xong {len(done)} thư, còn {left} thư; bấm lại để làm tiếp, thư đã đi "
                "không gửi lần nữa."
            ) from error
        else:
            note(carrier.becomes)
            for address, reason in refused.items():
                note(BOUNCED, address, reason)
                found.append(
                    finding(
                        "mail-copy-bounced", Place(), address, agency=letter.agency, reason=reason
                    )
                )
            done.append(letter)
        progress(number, len(letters), letter.agency)
    return Delivered(tuple(done), tuple(found))


# ---------------------------------------------------------------------- drafts


@dataclass
class DraftFiles:
    """Drafts as .eml files in a folder."""

    folder: Path
    settings: MailSettings
    becomes: str = DRAFT

    def hand_over(self, letter: Letter, identity: str, begin: Callable[[], None]) -> dict[str, str]:
        # Written again after a kill it is the same file: nothing to note before.
        content = mail_of(letter, self.settings, identity)
        files = {self.path(letter): content}
        there = self.path(letter)
        if there.exists() and (old := read_file(there)) != content:  # somebody may have edited it
            files[there.with_stem(f"{there.stem}_ban-truoc-{sha256_of(old)[:8]}")] = old
        write_files(files)
        return {}

    def path(self, letter: Letter) -> Path:
        return self.folder / f"{letter.file_name}.eml"

    def close(self) -> None:
        pass


# ------------------------------------------------------------------------ SMTP


class SmtpCarrier:
    """The office's mail server."""

    becomes = SENT

    def __init__(self, settings: MailSettings, password: str):
        """Raises MailError when there is no connection over TLS, or no login."""
        self.settings = settings
        self.password = password
        self.next_at = 0.0
        self.smtp = _connected(settings.smtp, password)

    def hand_over(self, letter: Letter, identity: str, begin: Callable[[], None]) -> dict[str, str]:
        content = mail_of(letter, self.settings, identity, now())
        limit = self._size_limit()
        if limit and len(content) > limit:
            size, most = -(-len(content) // MEGABYTE), limit // MEGABYTE
            raise Refused("mail-too-large", str(size), limit=str(most))
        self._wait_for_turn()
        try:
            try:
                refused = self._envelope(letter)
            except (smtplib.SMTPServerDisconnected, ConnectionError):
                # Many servers end a connection after some letters or a pause.
                self.smtp = _connected(self.settings.smtp, self.password)
                refused = self._envelope(letter)
            begin()
            self._accept(self.smtp.data(content), letter)
        except smtplib.SMTPDataError as error:
            raise Refused("mail-refused", letter.to[0], reason=_said(error)) from error
        except OSError as error:
            raise why_no_server(error, self.settings.smtp) from error
        return refused

    def _envelope(self, letter: Letter) -> dict[str, str]:
        """Say who writes to whom; gives address -> reason of those that are refused while others
        are not."""
        self.smtp.rset()
        code, said = self.smtp.mail(self.settings.sender)
        if code == _LEAVING:
            raise smtplib.SMTPServerDisconnected(short_reason(said))
        if code != 250:  # whoever the letter is for
            raise self._sender_refused(code, said)
        refused = {}
        for address in letter.recipients:
            code, said = self.smtp.rcpt(address)
            if code == _LEAVING:
                raise smtplib.SMTPServerDisconnected(short_reason(said))
            if code not in (250, 251):
                if self._is_of_the_sender(code, said, address):
                    raise self._sender_refused(code, said)
                refused[address] = f"{code} {short_reason(said)}"
        # A letter that only its copies reach has not reached the agency.
        if all(address in refused for address in letter.to):
            first = next(iter(refused))
            raise Refused("mail-refused", first, reason=refused[first])
        return refused

    def _accept(self, answer: tuple[int, bytes], letter: Letter) -> None:
        code, said = answer
        if code == _LEAVING:
            raise smtplib.SMTPServerDisconnected(short_reason(said))
        if code != 250 and _OF_THE_SENDER.search(short_reason(said).lower()):
            raise self._sender_refused(code, said, begun=True)
        if code != 250:
            raise Refused("mail-refused", letter.to[0], reason=f"{code} {short_reason(said)}")

    def _is_of_the_sender(self, code: int, said: bytes, address: str) -> bool:
        """Whether a refusal is of the sender. One that names the recipient is of that one, or of
        what the office may send there: the other letters go out."""
        text, sender = short_reason(said).lower(), self.settings.sender.lower()
        if "recipient address" in text or f"<{address.lower()}>" in text:
            return False
        named = code >= 500 and f"<{sender}>" in text
        return named or bool(_OF_THE_SENDER.search(text))

    def _sender_refused(self, code: int, said: bytes, begun: bool = False) -> SenderRefused:
        sender, server, told = self.settings.sender, self.settings.smtp, short_reason(said)
        if code < 500 and not _OF_THE_SENDER.search(told.lower()):
            return SenderRefused(
                f"Máy chủ {server.host} chưa nhận thư của {sender} lúc này ({code} {told}). Chờ ít "
                "phút rồi bấm lại.",
                begun,
            )
        return SenderRefused(
            f"Máy chủ {server.host} không cho gửi từ địa chỉ {sender} với tên đăng nhập "
            f"“{server.user}” ({code} {told}). Kiểm tra các dòng “Địa chỉ thư” và “Tên đăng nhập” "
            "ở trang Thư điện tử; đúng cả rồi thì báo cán bộ công nghệ thông tin.",
            begun,
        )

    def _size_limit(self) -> int:
        text = self.smtp.esmtp_features.get("size", "")
        return int(text) if text.isdigit() else 0

    def _wait_for_turn(self) -> None:
        time.sleep(max(0.0, self.next_at - time.monotonic()))
        self.next_at = time.monotonic() + 60 / self.settings.per_minute

    def close(self) -> None:
        _goodbye(self.smtp)


_LEAVING = 421  # the server ends the connection
# Postfix, Exchange, Zimbra; most servers say it only when they are told a recipient.
_OF_THE_SENDER = re.compile(r"sender address rejected|not owned by user|send as this sender")
_WRONG_PASSWORD = (534, 535)


def reach_server(server: Server) -> None:
    """See whether a server is there and may be given a password: connect over TLS, and leave.
    Raises MailError."""
    _goodbye(_connected(server, None))


def _connected(server: Server, password: str | None) -> smtplib.SMTP:
    """A connection over TLS, logged in where there is a password. Raises MailError."""
    context = trust(server)
    # A computer's own name may hold letters that the protocol does not take.
    common = {"local_hostname": "[127.0.0.1]", "timeout": SECONDS_TO_ANSWER}
    try:
        if server.security == TLS:
            smtp = smtplib.SMTP_SSL(server.host, server.port, context=context, **common)
        else:
            smtp = smtplib.SMTP(server.host, server.port, **common)
    except OSError as error:
        raise why_no_server(error, server) from error
    try:
        if server.security != TLS:
            smtp.starttls(context=context)
        if password is not None:
            _log_in(smtp, server.user, password)
    except smtplib.SMTPNotSupportedError as error:
        _goodbye(smtp)
        raise MailError(
            f"Máy chủ {server.host}:{server.port} không cho mã hóa và đăng nhập (STARTTLS, AUTH), "
            "nên không gửi mật khẩu và thư qua đó. Hỏi cán bộ công nghệ thông tin cổng đúng."
        ) from error
    except smtplib.SMTPAuthenticationError as error:
        _goodbye(smtp)
        if error.smtp_code in _WRONG_PASSWORD:
            raise wrong_password(server) from error
        raise MailError(
            f"Máy chủ {server.host} không cho đăng nhập lúc này ({_said(error)}). Chờ ít phút rồi "
            "bấm lại; vẫn lỗi thì báo cán bộ công nghệ thông tin."
        ) from error
    except OSError as error:
        _goodbye(smtp)
        if type(error) is smtplib.SMTPException:  # no way to log in that both know
            raise MailError(
                f"Máy chủ {server.host} không nhận đăng nhập bằng mật khẩu thường. Hỏi cán bộ công "
                "nghệ thông tin cách đăng nhập (mật khẩu ứng dụng), hoặc chọn cách gửi bằng thư "
                "nháp."
            ) from error
        raise why_no_server(error, server) from error
    return smtp


def _log_in(smtp: smtplib.SMTP, user: str, password: str) -> None:
    if password.isascii() and user.isascii():
        smtp.login(user, password)
        return
    # The protocol takes any password; Python's `login` only those in ASCII.
    smtp.ehlo_or_helo_if_needed()
    secret = base64.b64encode(f"\0{user}\0{password}".encode()).decode("ascii")
    code, said = smtp.docmd("AUTH", f"PLAIN {secret}")
    if code != 235:
        raise smtplib.SMTPAuthenticationError(code, said)


def _said(error: smtplib.SMTPResponseException) -> str:
    return f"{error.smtp_code} {short_reason(error.smtp_error)}"


def _goodbye(smtp: smtplib.SMTP) -> None:
    with contextlib.suppress(OSError):
        smtp.quit()
    smtp.close()
