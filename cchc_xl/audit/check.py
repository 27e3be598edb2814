"""An independent check of the issued workbook of a period.

Every figure in it is worked out once more from the returned files that the journal keeps, read by
other libraries, with none of the code that made the figures. What is shared is the plan as the
master stated it, names and words, and how typed texts are read ("8,5 tỷ", "đã xong").
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass

from ..errors import AuditError, NoReturnsError, UnreadableFileError
from ..master.reader import read_master
from ..plan.model import Programme
from ..plan.periods import Period
from ..text.spelling import key
from ..workspace.disk import read_file
from ..workspace.folders import Workspace
from ..workspace.journal import Journal, RecordedSheets, Run, sha256_of
from ..writing.figure_index import INDEX_SHEET
from .appendices import check_appendices
from .carriers import carried
from .explanations import Given, check_explanations, given_in
from .figures import Figures
from .formulas import check_formulas
from .issued import Difference, Issued
from .reading import AuditPage, read_pages
from .report import Period as PeriodCame
from .report import check_key_figures, check_report
from .returns import identity, walk
from .sources import Accepted, Findings, check_sources, counts_of, facts_of, titles_for
from .submissions import check_files, check_submissions, what_came
from .summaries import (
    check_agencies,
    check_changes,
    check_charts,
    check_late,
    check_periods,
    check_tasks,
)
from .targets import check_targets


@dataclass(frozen=True)
class Audit:
    """What came of an audit: `checked` cells were held against what they should be; `notes` are
    worth knowing and no fault of the figures."""

    period: str
    workbook: str
    run: int
    checked: int
    differences: tuple[Difference, ...]
    notes: tuple[str, ...]

    @property
    def passed(self) -> bool:
        return not self.differences


def audit(workspace: Workspace, period_id: str) -> Audit:
    """Check the issued workbook of a period against what the journal keeps.

    Raises NoReturnsError when nothing was consolidated, AuditError when an earlier period of the
    year must be consolidated again first, UnreadableFileError for the workbook itself.
    """
    journal = Journal(workspace)
    record = journal.last(period_id)
    if record is None:
        raise NoReturnsError(
            f"Kỳ {period_id} chưa tổng hợp lần nào. Chạy “cchc-xl consolidate” trước."
        )
    programme, _ = read_master(RecordedSheets(journal.content(record.plan)), record.master)
    period = programme.period_by_id[period_id]
    path = workspace.monitoring(period_id)
    content = read_file(path)
    issued = _opened(content, path.name)
    notes = []
    if sha256_of(content) != record.outputs.get("monitoring"):
        notes.append(
            f"{path.name} không còn đúng như lúc lập (lần {record.number}, "
            f"{record.time:%H:%M %d/%m/%Y}): đã được sửa hoặc lưu lại."
        )
    so_far = [
        _earlier(journal, workspace, record, programme, programme.period_by_id[past])
        for past in record.files
        if past != period_id
    ]
    findings = Findings.of(issued)
    accepted = _accepted(journal, record, programme, period, issued)
    facts = check_sources(issued, programme, period, accepted, findings)
    now = Figures(programme, period, facts)
    so_far.append(now)
    came = what_came(now, record.returns)
    check_appendices(issued, so_far)
    check_agencies(issued, now, came)
    check_tasks(issued, now)
    check_late(issued, now)
    check_targets(issued, now)
    check_periods(issued, so_far)
    check_changes(issued, so_far)
    check_charts(issued, so_far)
    check_submissions(issued, now, came, counts_of(findings))
    check_files(issued, record.returns)
    given = _explanations(journal, record, programme, [one.period.id for one in so_far])
    check_explanations(issued, so_far, findings, given)
    before = _period_before(journal, so_far)
    check_key_figures(issued, PeriodCame(now, came), before)
    report = workspace.report(period_id)
    if "report" in record.outputs:
        check_report(issued, read_file(report) if report.exists() else None, report.name)
    issued.pages.pop(INDEX_SHEET, None)
    issued.uncovered()
    check_formulas(issued)
    return Audit(
        period_id, str(path), record.number, issued.checked, tuple(issued.differences), tuple(notes)
    )


def _period_before(journal: Journal, so_far: list[Figures]) -> PeriodCame | None:
    """The period before this one, and what came for it."""
    if len(so_far) < 2:
        return None
    past = so_far[-2]
    record = journal.last(past.period.id)
    return PeriodCame(past, what_came(past, record.returns if record else ()))


def _opened(content: bytes, name: str) -> Issued:
    try:
        return Issued.of(content)
    except Exception as error:  # openpyxl raises all kinds for a broken workbook
        raise UnreadableFileError(
            f"Không mở được {name} ({error}). Tổng hợp lại để lập tệp mới."
        ) from error


# ------------------------------------------------------------------- what was returned


def _accepted(
    journal: Journal, record: Run, programme: Programme, period: Period, issued: Issued
) -> dict[str, Accepted]:
    """The returns that count, read once more from the journal's store. One that cannot be is a
    difference."""
    found: dict[str, Accepted] = {}
    for one in record.returns:
        if one["fate"] != "accepted":
            continue
        agency = one["agency"]
        if agency in found:
            issued.differ("Tệp nhận về", "", f"Phiếu của {agency}", "hai phiếu được tính", "một")
        try:
            found[agency] = _read(journal, one, programme, period)
        except UnreadableFileError as error:
            issued.differ(
                "Tệp nhận về",
                "",
                f"Phiếu của {agency}: {one['file']}",
                str(error),
                "đọc lại được từ nhat-ky/kho",
            )
            found[agency] = _unread(one)
            continue
        except _AnotherForm as error:
            issued.differ(
                "Tệp nhận về",
                "",
                f"Phiếu của {agency}: {one['file']}",
                str(error),
                f"{agency}, {period.id}",
            )
            found[agency] = _unread(one)
    return found


class _AnotherForm(Exception):
    """A form that says it is of another agency or period."""


def _arrived(one: Mapping[str, str]) -> str:
    day, _, clock = one["arrived"].partition("T")
    year, month, date = day.split("-")
    return f"{clock[:5]} {date}/{month}/{year}"


def _unread(one: Mapping[str, str]) -> Accepted:
    return Accepted(one["agency"], one["file"], _arrived(one), None)


def _pages(journal: Journal, one: Mapping[str, str]) -> list[AuditPage]:
    """The sheets of a returned file as the journal keeps it."""
    content = journal.content(one["kept"])
    if one["sha256"] != one["kept"]:  # it came in a .zip or a mail
        content = carried(content, one["sha256"], one["file"])
    return read_pages(content)


def _read(
    journal: Journal, one: Mapping[str, str], programme: Programme, period: Period
) -> Accepted:
    pages = _pages(journal, one)
    says = identity(pages)
    if says.get("form") == "cchc-xl":
        registry = programme.registry
        by_code = registry.by_id.get(says.get("agency", ""))
        name = by_code.name if by_code else registry.resolve(says.get("agency_name", "")).name
        if registry.is_agency(name):
            allowed = (name, _heir(name, one, programme, period))
            if one["agency"] not in allowed:
                raise _AnotherForm(f"phiếu ghi là của {name}")
        if says.get("period") != period.id:
            raise _AnotherForm(f"phiếu ghi là của kỳ {says.get('period')}")
    rows = walk(pages, titles_for(programme, period, one["agency"]))
    return Accepted(one["agency"], one["file"], _arrived(one), rows)


def _heir(name: str, one: Mapping[str, str], programme: Programme, period: Period) -> str:
    """The agency that took over another's form, where an officer says so and has a reason."""
    follower = programme.registry.in_office(name, period.answered_on)
    files = {key(one["file"]), key(one["file"].split(" › ")[0])}
    said = {c.agency for c in programme.choices if c.reason and key(c.file) in files}
    return follower if follower in said else ""


def _explanations(
    journal: Journal, record: Run, programme: Programme, periods: Iterable[str]
) -> list[Given]:
    """Those in every version of every return of the year so far."""
    given: list[Given] = []
    for period in periods:
        run = record if period == record.period else journal.last(period)
        for one in run.returns if run else ():
            if one["fate"] in ("accepted", "superseded"):
                with suppress(UnreadableFileError):  # that was said where it counts
                    given += given_in(_pages(journal, one), one, period, programme)
    return given


# -------------------------------------------------------------------- earlier periods


def _earlier(
    journal: Journal, workspace: Workspace, record: Run, programme: Programme, past: Period
) -> Figures:
    """The reports of an earlier period, from its own last consolidation: what that left out stands
    on the sheet Phát hiện of its own workbook."""
    again = (
        f"Tổng hợp lại kỳ {past.id}, rồi kỳ {record.period}, rồi đối chiếu: số liệu của kỳ "
        f"{record.period} còn lấy từ kỳ trước."
    )
    last = journal.last(past.id)
    if last is None:
        raise AuditError(f"Kỳ {past.id} có phiếu nhưng chưa tổng hợp. {again}")
    if _contents(last.files[past.id]) != _contents(record.files[past.id]):
        raise AuditError(f"Kỳ {past.id} đã có phiếu khác với lần tổng hợp cuối. {again}")
    path = workspace.monitoring(past.id)
    content = read_file(path) if path.exists() else b""
    if sha256_of(content) != last.outputs.get("monitoring"):
        raise AuditError(f"{path.name} không còn đúng như lúc lập. {again}")
    issued = _opened(content, path.name)
    accepted = _accepted(journal, last, programme, past, issued)
    if issued.differences:
        first = issued.differences[0]
        raise AuditError(f"{first.what}: {first.stands}. {again}")
    facts, _ = facts_of(programme, past, accepted, Findings.of(issued))
    return Figures(programme, past, facts)


def _contents(listed: Iterable[Mapping[str, str]]) -> list[tuple[str, str]]:
    return sorted((one["file"], one["sha256"]) for one in listed)
