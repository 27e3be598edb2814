"""The letters to agencies and leaders: forms, reminders that grow firmer, feedback, results."""

from __future__ import annotations

import datetime
import hashlib
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from ..errors import MailError, NoReturnsError
from ..findings.finding import Finding, Place, finding
from ..ledger.ledger import Ledger
from ..ledger.result_rows import without_spending
from ..master.mail_settings import MailSettings, addresses
from ..master.opening import Loaded
from ..outputs.summaries import row_counts
from ..period.consolidation import Progress, read_period, recorded_inputs
from ..period.dispatch import feedback_of, forms_of
from ..period.folder import returned_files
from ..plan.fates import Fate
from ..plan.mail_kinds import MailKind, Stage
from ..plan.periods import Period
from ..plan.statuses import Status
from ..returns.form import feedback_files, form_files
from ..text.dates import format_date
from ..text.money import percent_of
from ..text.numbers import format_million, format_number
from ..text.spelling import few
from ..workspace.folders import Workspace
from ..workspace.journal import Journal, sha256_of
from .board import AgencyStatus
from .chasing import deadline_of, working_day
from .letter import Attachment, Letter, attached
from .log import MailEvent
from .period_status import status_of
from .texts import mail_words

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
