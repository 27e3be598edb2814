"""Mail to agencies and leaders: which letters are to go out, and their way there.

`prepare` reads and writes nothing: it is the dry run. `deliver` hands over what was prepared.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from ..errors import MailError
from ..findings.finding import Finding, Place, finding
from ..master.layout import AGENCIES
from ..master.mail_settings import OUTLOOK, SMTP, MailSettings, is_address, read_mail_settings
from ..master.opening import Loaded, find_period
from ..period.consolidation import Progress, silent
from ..plan.mail_kinds import MailKind
from ..plan.periods import Period
from ..text.dates import format_moment
from ..writing.templates import using
from .due_letters import LEADERS, WRITERS, Desk
from .letter import Letter
from .log import DRAFT, FAILED, SENDING, Correspondence, correspondence
from .passwords import needed_password
from .sending import Carrier, Delivered, DraftFiles, SmtpCarrier, hand_over_all


@dataclass(frozen=True)
class Outgoing:
    """Letters of one kind that are ready to go, the files to write before they do, and what is
    held back or is to be looked at."""

    kind: MailKind
    period: Period
    settings: MailSettings
    letters: tuple[Letter, ...]
    files: Mapping[Path, bytes]
    held: tuple[Finding, ...]
    again: frozenset[str] = frozenset()


def mail_settings(loaded: Loaded) -> MailSettings:
    """How the office of a workspace mails. Raises MailError."""
    sheets = loaded.sheets
    return read_mail_settings(sheets, sheets.name, loaded.workspace.root, loaded.programme.office)


def prepare(
    loaded: Loaded,
    period_id: str,
    kind: MailKind,
    again: Collection[str] = (),
    way: str = "",
    progress: Progress = silent,
) -> Outgoing:
    """The letters of a kind that are to go out now. `again` names agencies that get theirs even
    if it went out before, and nobody else then; `way` overrides the one set in the master.

    Raises MailError, NoReturnsError (feedback and results before anything came), TemplateError.
    """
    period = find_period(loaded.programme, period_id)
    settings = mail_settings(loaded)
    settings = replace(settings, way=way or settings.way)
    log = correspondence(loaded.workspace.correspondence(period.id), loaded.programme.registry)
    desk = Desk(loaded, period, settings, progress)
    names = _known(loaded, again)
    files: dict[Path, bytes] = {}
    held: list[Finding] = []
    letters = []
    with using(loaded.workspace.own_templates()):
        for found in WRITERS[kind](desk, files, names):
            if isinstance(found, Finding):
                if not names or found.agency in names or not found.agency:
                    held.append(found)
                continue
            if names and found.agency not in names:
                continue
            why = _wrong_address(found) or _why_not(found, log, names)
            if why:
                held.append(why)
            else:
                letters.append(found)
    return Outgoing(kind, period, settings, tuple(letters), files, tuple(held), names)


def _known(loaded: Loaded, again: Collection[str]) -> frozenset[str]:
    registry = loaded.programme.registry
    names = set()
    for text in again:
        by_code = registry.by_id.get(text)
        name = LEADERS if text == LEADERS else registry.resolve(text).name
        name = by_code.name if by_code else name
        if name != LEADERS and not registry.is_agency(name):
            raise MailError(
                f"Không có cơ quan “{text}”. Ghi tên như ở trang {AGENCIES} của sổ tổng hợp."
            )
        names.add(name)
    return frozenset(names)


def _wrong_address(letter: Letter) -> Finding | None:
    if not letter.to:
        return finding("mail-address-missing", Place("", AGENCIES), agency=letter.agency)
    wrong = [address for address in letter.to if not is_address(address)]
    if wrong:
        return finding("mail-address-wrong", Place("", AGENCIES), wrong[0], agency=letter.agency)
    return None


def _why_not(letter: Letter, log: Correspondence, again: Collection[str]) -> Finding | None:
    """Why a letter does not go out: it did before, or nobody knows."""
    last = log.last(*letter.key)
    if last is None or last.event == FAILED or letter.agency in again:
        return None
    told: dict[str, Any] = {
        "agency": letter.agency,
        "what": letter.what,
        "how": "lập thư nháp" if last.event == DRAFT else "gửi",
        "time": format_moment(last.time),
    }
    if last.event == SENDING:
        return finding("mail-unsure", Place(), **told)
    bounced = {one.address.lower(): one for one in log.bounces(last.message_id)}
    if bounced and all(address.lower() in bounced for address in last.to):
        if not {address.lower() for address in letter.to} <= bounced.keys():
            return None  # to an address that is not known to be wrong
        one = bounced[letter.to[0].lower()]
        return finding(
            "mail-bounced",
            Place("", AGENCIES),
            one.address,
            agency=letter.agency,
            what=letter.what,
            reason=one.reason,
        )
    if letter.files != last.files:
        return finding("mail-changed-since", Place(), **told)
    return finding("mail-sent-before", Place(), **told)


# --------------------------------------------------------------------- their way


def open_carrier(loaded: Loaded, outgoing: Outgoing) -> Carrier:
    """The way that is set to hand letters over. Raises MailError."""
    settings = outgoing.settings
    if settings.way == SMTP:
        return open_server(settings)
    if settings.way == OUTLOOK:
        raise MailError(
            "Chỉ lập được bản nháp trong Outlook bằng nút trong Excel trên Windows. Bấm nút đó, "
            "hoặc chọn cách gửi khác ở trang Thư điện tử."
        )
    return DraftFiles(loaded.workspace.drafts(outgoing.period.id), settings)


def open_server(settings: MailSettings) -> SmtpCarrier:
    """The office's mail server, logged in with the password that was kept. Raises MailError."""
    if not settings.sender:
        raise MailError("Chưa có địa chỉ thư. Ghi dòng “Địa chỉ thư” ở trang Thư điện tử.")
    return SmtpCarrier(settings, needed_password(settings.smtp))


def deliver(
    loaded: Loaded,
    outgoing: Outgoing,
    carrier_of: Callable[[], Carrier],
    progress: Progress = silent,
) -> Delivered:
    """Write what the letters go with, and hand them over; `carrier_of` opens the way. Somebody
    may have sent some meanwhile: those stay. Raises MailError, OutputError."""
    workspace = loaded.workspace
    with workspace.working():
        log = correspondence(
            workspace.correspondence(outgoing.period.id), loaded.programme.registry
        )
        letters = [one for one in outgoing.letters if not _why_not(one, log, outgoing.again)]
        if not letters:
            return Delivered((), ())
        workspace.write(outgoing.files)
        workspace.inbox(outgoing.period.id).mkdir(parents=True, exist_ok=True)
        carrier = carrier_of()
        try:
            return hand_over_all(letters, carrier, log, outgoing.settings, progress)
        finally:
            carrier.close()
