"""Mail to agencies and leaders: which letters are to go out (forms, reminders that grow firmer,
feedback, results), and their way there.

`prepare` reads and writes nothing: it is the dry run. `deliver` hands over what was prepared.
"""

from __future__ import annotations

import datetime
import hashlib
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from ..errors import MailError, NoReturnsError
from ..findings.finding import Finding, Place, finding
from ..ledger.ledger import Ledger
from ..ledger.result_rows import without_spending
from ..master.layout import AGENCIES
from ..master.mail_settings import (
    OUTLOOK,
    SMTP,
    MailSettings,
    addresses,
    is_address,
    read_mail_settings,
)
from ..master.opening import Loaded, find_period
from ..outputs.summaries import row_counts
from ..period.consolidation import Progress, read_period, recorded_inputs, silent
from ..period.dispatch import feedback_of, forms_of
from ..period.folder import returned_files
from ..plan.fates import Fate
from ..plan.mail_kinds import MailKind, Stage
from ..plan.periods import Period
from ..plan.statuses import Status
from ..returns.form import feedback_files, form_files
from ..text.dates import format_date, format_moment
from ..text.money import percent_of
from ..text.numbers import format_million, format_number
from ..text.spelling import few
from ..workspace.folders import Workspace
from ..workspace.journal import Journal, sha256_of
from ..writing.templates import using
from .board import AgencyStatus, status_of
from .carriers import Carrier, Delivered, DraftFiles, SmtpCarrier, hand_over_all
from .chasing import deadline_of, working_day
from .letter import Attachment, Letter, attached, mail_words
from .log import DRAFT, FAILED, SENDING, Correspondence, MailEvent, correspondence
from .passwords import needed_password

LEADERS = "Lãnh đạo"
_NO_PHONE = "chưa có số điện thoại ở trang Cơ quan"
_MOST_NAMES = 12
_DAYS_FOR_A_FORM = 3  # that goes out after the due day


@dataclass(frozen=True)
class Desk:
    """What letters are written from."""

    loaded: Loaded
    period: Period
    settings: MailSettings
    progress: Progress

    @property
    def workspace(self) -> Workspace:
        return self.loaded.workspace

    def letter(
        self,
        kind: MailKind,
        agency: str,
        what: str,
        facts: Mapping[str, object],
        attachments: Iterable[Attachment],
        about: str = "",
        copy_to: tuple[str, ...] = (),
    ) -> Letter:
        """A letter to an agency; its addresses are not looked at yet."""
        unit = self.loaded.programme.registry.by_name.get(agency)
        settings, period = self.settings, self.period
        common = {
            "co_quan": agency,
            "ky": period.name,
            "ma_ky": period.id,
            "han": format_date(period.due_before),
            "noi_gui": settings.name,
            "nguoi_lien_he": settings.contact,
            "dien_thoai": settings.phone,
            "thu": settings.sender,
        }
        to = addresses(unit.email) if unit else settings.results_to
        words = mail_words(kind, {**facts, **common})
        return Letter(
            kind,
            period.id,
            agency,
            about,
            what,
            to,
            words,
            tuple(attachments),
            copy_to,
            unit.id if unit else "",
        )


def _forms(
    desk: Desk, files: dict[Path, bytes], again: Collection[str]
) -> Iterator[Letter | Finding]:
    made = forms_of(desk.loaded, desk.period.id, desk.progress)
    files |= made.files
    board = status_of(desk.loaded, desk.period.id)
    assert board.day  # today
    came = {one.agency for one in board.agencies if one.state != Stage.MISSING} - set(again)
    due = desk.loaded.programme.rows_by_agency(desk.period)
    for agency, path in made.paths.items():
        if agency in came:
            yield finding("form-not-needed", Place(), agency=agency)
            continue
        facts = {
            "so_muc": sum(map(len, due[agency].values())),
            "so_ngay_tre": desk.period.days_late(board.day),
            "han_moi": format_date(working_day(board.day, _DAYS_FOR_A_FORM)),
        }
        form = Attachment(path.name, made.files[path])
        yield desk.letter(MailKind.FORM, agency, "phiếu báo cáo", facts, [form])


def _reminders(
    desk: Desk, files: dict[Path, bytes], again: Collection[str]
) -> Iterator[Letter | Finding]:
    board = status_of(desk.loaded, desk.period.id, desk.progress)
    assert board.day  # today
    for one in board.agencies:
        due, before = one.reminder, one.mails[MailKind.REMINDER]
        if due is None:
            continue
        if one.agency in again and before:  # the same letter once more, not a firmer one
            previous = before[-2] if len(before) > 1 else None
            yield _reminder(desk, one, len(before), previous, board.day, before[-1].about)
        elif due.held:
            yield finding(
                due.held,
                Place(),
                one.contact or one.phone or _NO_PHONE,
                agency=one.agency,
                count=len(before),
                days=desk.settings.days_between,
                time=format_date(due.after.time.date()) if due.after else "",
            )
        else:
            last = before[-1] if before else None
            yield _reminder(desk, one, due.number, last, board.day, _about(one, due.number))


def _about(one: AgencyStatus, number: int) -> str:
    """What tells a reminder from others: their numbers begin anew with every answer."""
    return f"{number}-{one.answered:%y%m%d%H%M%S}" if one.answered else str(number)


def _reminder(
    desk: Desk,
    one: AgencyStatus,
    number: int,
    last: MailEvent | None,
    day: datetime.date,
    about: str,
) -> Letter:
    period, workspace = desk.period, desk.workspace
    missing = one.state == Stage.MISSING
    to_mend = one.state == Stage.ASKED and one.submission.accepted
    newest, answered = one.submission.newest, one.mailed(MailKind.FEEDBACK)
    late = period.days_late(day)
    folder = workspace.feedback(period.id) if to_mend else workspace.forms(period.id)
    paths = _files_of(desk, folder, one.agency)
    facts = {
        "lan": number,
        "cho_sua": to_mend,
        "khong_dung_duoc": not missing and not to_mend,
        "bi_loai": missing and newest is not None and newest.fate == Fate.EXCLUDED,
        "ly_do": one.why_unusable,
        "so_loi": one.errors,
        "ngay_nhan": format_date(one.returned) if one.returned else "",
        "ngay_phan_hoi": format_date(answered.time.date()) if answered else "",
        "ngay_nhac_truoc": format_date(last.time.date()) if last else "",
        "so_ngay_tre": late,
        "so_ngay_con": (period.due_before - day).days,
        "viec": "phiếu báo cáo" if missing else "phiếu đã sửa",
        "kem_phieu": bool(paths),
        "han_moi": format_date(deadline_of(number, day, period)),
    }
    copies = desk.settings.copy_to if number > 1 else ()
    return desk.letter(
        MailKind.REMINDER,
        one.agency,
        f"thư nhắc lần {number}",
        facts,
        attached(paths),
        about,
        copies,
    )


def _files_of(desk: Desk, folder: Path, agency: str) -> list[Path]:
    """The agency's own file in a folder of files to mail, where there is one."""
    programme, period = desk.loaded.programme, desk.period
    names = {files(programme, period)[agency] for files in (form_files, feedback_files)}
    return [folder / name for name in sorted(names) if (folder / name).exists()]


def _feedback(desk: Desk, files: dict[Path, bytes], again: Collection[str]) -> Iterator[Letter]:
    made = feedback_of(desk.loaded, desk.period.id, desk.progress)
    files |= made.files
    for agency, answer in made.answers.items():
        marked = Attachment(made.paths[agency].name, answer.workbook)
        yield desk.letter(
            MailKind.FEEDBACK, agency, "phản hồi", answer.facts, [marked], answer.answers
        )


def _results(
    desk: Desk, files: dict[Path, bytes], again: Collection[str]
) -> Iterator[Letter | Finding]:
    workspace, period = desk.workspace, desk.period
    if not desk.settings.results_to:
        raise MailError(
            "Chưa có địa chỉ nhận kết quả. Ghi dòng “Gửi kết quả đến” ở trang Thư điện tử."
        )
    workbook = workspace.monitoring(period.id)
    record = Journal(workspace).last(period.id)
    if record is None or not workbook.exists():
        raise NoReturnsError(f"Kỳ {period.id} chưa tổng hợp lần nào. Bấm Tổng hợp trước.")
    paths = [workbook, workspace.report(period.id), workbook.with_suffix(".pdf")]
    paths = [path for path in paths if path.exists() and _is_current(path, workbook)]
    sent = attached(paths)
    came = {one.name: one.sha256 for one in returned_files(workspace, period)}
    if came != {one["file"]: one["sha256"] for one in record.files[period.id]}:
        yield finding("results-older-than-returns", Place(workbook.name))
    facts: dict[str, object] = {"so_lieu": None}
    if sha256_of(sent[0].content) == record.outputs["monitoring"]:
        journal = Journal(workspace)
        facts["so_lieu"] = _figures(read_period(recorded_inputs(journal, record)).ledger)
    else:
        yield finding("results-edited", Place(workbook.name), workbook.name)
    about = hashlib.sha256("".join(one.sha256 for one in sent).encode()).hexdigest()
    yield desk.letter(MailKind.RESULT, LEADERS, "kết quả", facts, sent, about)


def _is_current(path: Path, workbook: Path) -> bool:
    """Not a PDF of an earlier state of the workbook."""
    return path.suffix != ".pdf" or path.stat().st_mtime >= workbook.stat().st_mtime


def _figures(ledger: Ledger) -> dict[str, object]:
    """What a letter with results tells at once; money in triệu đồng as printed."""
    counts = row_counts(ledger, None)
    money = []
    for plan in ledger.programme.plans:
        budget, spent = ledger.totals(plan)
        if budget is not None and spent is not None:
            share = percent_of(spent, budget)
            money.append(
                {
                    "ke_hoach": plan.short_name,
                    "du_toan": format_million(budget),
                    "da_chi": format_million(spent),
                    "ty_le": "" if share is None else format_number(share, 1),
                }
            )
    return {
        "phai_nop": len(ledger.programme.rows_by_agency(ledger.period)),
        "da_nop": len(ledger.accepted),
        "chua_nop": few(ledger.missing, _MOST_NAMES, "cơ quan khác"),
        "so_viec": sum(counts.values()),
        "hoan_thanh": counts[Status.DONE],
        "qua_han": counts[Status.OVERDUE],
        "kinh_phi": money,
        "chua_gom": few(without_spending(ledger), _MOST_NAMES, "cơ quan khác"),
    }


# kind -> a function of the desk, of a dictionary for the files to write first, and of the agencies
# that get theirs again: the letters, and findings on those that there are not.
WRITERS: dict[MailKind, Callable[..., Iterable[Letter | Finding]]] = {
    MailKind.FORM: _forms,
    MailKind.REMINDER: _reminders,
    MailKind.FEEDBACK: _feedback,
    MailKind.RESULT: _results,
}


# ----------------------------------------------------------------- what goes out


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
