"""An independent check of the issued workbook of a period.

Every figure in it is worked out once more from the returned files that the journal keeps, read by
other libraries, with none of the code that made the figures. What is shared is the plan as the
master stated it, names and words, and how typed texts are read ("8,5 tỷ", "đã xong").
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace

from ..errors import AuditError, NoReturnsError, UnreadableFileError
from ..master.reader import read_master
from ..plan.model import Programme
from ..plan.periods import Period
from ..text.spelling import key
from ..workspace.disk import read_file
from ..workspace.folders import Workspace
from ..workspace.journal import Journal, RecordedSheets, Run, sha256_of
from .carriers import carried
from .expected import Expected, FileThatCame
from .explanations import Given, check_explanations, explained, given_in
from .figures import Figures, moment, what_came
from .formulas import check_formulas
from .issued import Difference, Issued, NoIndexError
from .pages import check_pages, find_rows
from .reading import AuditPage, read_pages
from .report import check_report
from .returns import identity, walk
from .sources import Accepted, Sources, Understood, titles_for


@dataclass(frozen=True)
class Audit:
    """What came of an audit: `checked` cells were held against what they should be; `notes` are
    worth knowing and no fault of the figures; `understood` are the figures that rest on how a text
    or a number's format was read, for a person to look at."""

    period: str
    workbook: str
    run: int
    checked: int
    differences: tuple[Difference, ...]
    notes: tuple[str, ...]
    understood: tuple[Understood, ...] = ()

    @property
    def passed(self) -> bool:
        return not self.differences


@dataclass(frozen=True)
class Asked:
    """All that the workbook of a period is held against: what was returned, and the journal's
    record of it."""

    record: Run
    programme: Programme
    so_far: tuple[Figures, ...]  # of the year's earlier periods
    accepted: Mapping[str, Accepted]
    given: tuple[Given, ...]
    faults: tuple[Difference, ...]  # of the returns themselves

    @property
    def period(self) -> Period:
        return self.programme.period_by_id[self.record.period]

    def audit(self, content: bytes, name: str, report: bytes | None, report_name: str) -> Audit:
        """Hold the content of an issued workbook, and the report where there should be one,
        against it."""
        issued = _opened(content, name, self.record.period)
        issued.differences += self.faults
        now, sources = _figures(issued, self.programme, self.period, self.accepted, self.record)
        so_far = (*self.so_far, now)
        states = explained(so_far, sources.findings, self.given)
        files = {one["file"]: _came(one) for one in self.record.returns}
        expected = Expected(so_far, files, sources.findings.counts(), states)
        check_pages(issued, expected)
        check_explanations(issued, now, sources.findings, states)
        if "report" in self.record.outputs:
            check_report(issued, report, report_name)
        check_formulas(issued)
        notes = []
        if sha256_of(content) != self.record.outputs.get("monitoring"):
            notes.append(
                f"{name} không còn đúng như lúc lập (lần {self.record.number}, "
                f"{self.record.time:%H:%M %d/%m/%Y}): đã được sửa hoặc lưu lại."
            )
        return Audit(
            self.record.period,
            name,
            self.record.number,
            issued.checked,
            tuple(issued.differences),
            tuple(notes),
            tuple(sources.understood),
        )


def audit(workspace: Workspace, period_id: str) -> Audit:
    """Check the issued workbook of a period against what the journal keeps.

    Raises NoReturnsError when nothing was consolidated, AuditError when this or an earlier period
    of the year must be consolidated again first, UnreadableFileError for the workbook itself.
    """
    asked = read_again(workspace, period_id)
    path, report = workspace.monitoring(period_id), workspace.report(period_id)
    found = asked.audit(
        read_file(path), path.name, read_file(report) if report.exists() else None, report.name
    )
    return replace(found, workbook=str(path))


def read_again(workspace: Workspace, period_id: str) -> Asked:
    """Everything that was returned for a period and the year's earlier ones, read once more."""
    journal = Journal(workspace)
    record = journal.last(period_id)
    if record is None:
        raise NoReturnsError(
            f"Kỳ {period_id} chưa tổng hợp lần nào. Chạy “cchc-xl consolidate” trước."
        )
    programme, _ = read_master(RecordedSheets(journal.content(record.plan)), record.master)
    periods = [*(past for past in record.files if past != period_id), period_id]
    so_far = [
        _earlier(journal, workspace, record, programme, programme.period_by_id[past])
        for past in periods[:-1]
    ]
    accepted, faults = _accepted(journal, record, programme, programme.period_by_id[period_id])
    given = _explanations(journal, record, programme, periods)
    return Asked(record, programme, tuple(so_far), accepted, tuple(given), tuple(faults))


def _figures(
    issued: Issued,
    programme: Programme,
    period: Period,
    accepted: Mapping[str, Accepted],
    record: Run,
) -> tuple[Figures, Sources]:
    find_rows(issued, programme)
    sources = Sources(issued, programme, period, accepted)
    came = what_came(programme, period, record.returns)
    return Figures(programme, period, list(sources.facts()), came), sources


def _opened(content: bytes, name: str, period: str) -> Issued:
    try:
        return Issued.of(content)
    except NoIndexError:
        raise AuditError(
            f"{name} do bản phần mềm cũ lập, chưa ghi chỗ của từng số liệu. Tổng hợp lại kỳ "
            f"{period} rồi đối chiếu."
        ) from None
    except Exception as error:  # openpyxl raises all kinds for a broken workbook
        raise UnreadableFileError(
            f"Không mở được {name} ({error}). Tổng hợp lại để lập tệp mới."
        ) from error


def _came(one: Mapping[str, str]) -> FileThatCame:
    arrived = moment(one["arrived"])
    saved = moment(one["saved"]).astimezone(arrived.tzinfo).date() if one["saved"] else None
    return FileThatCame(one["agency"], one["fate"], arrived.date(), saved, one["sha256"])


# ------------------------------------------------------------------- what was returned


def _accepted(
    journal: Journal, record: Run, programme: Programme, period: Period
) -> tuple[dict[str, Accepted], list[Difference]]:
    """The returns that count, read once more from the journal's store. One that cannot be is a
    difference."""
    found: dict[str, Accepted] = {}
    faults: list[Difference] = []

    def fault(what: str, stands: str, expected: str) -> None:
        faults.append(Difference("Tệp nhận về", "", f"Phiếu của {what}", stands, expected))

    for one in record.returns:
        if one["fate"] != "accepted":
            continue
        agency = one["agency"]
        if agency in found:
            fault(agency, "hai phiếu được tính", "một")
        found[agency] = Accepted(agency, one["file"], None)
        try:
            found[agency] = _read(journal, one, programme, period)
        except UnreadableFileError as error:
            fault(f"{agency}: {one['file']}", str(error), "đọc lại được từ nhat-ky/kho")
        except _AnotherForm as error:
            fault(f"{agency}: {one['file']}", str(error), f"{agency}, {period.id}")
    return found, faults


class _AnotherForm(Exception):
    """A form that says it is of another agency or period."""


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
    return Accepted(one["agency"], one["file"], rows)


def _heir(name: str, one: Mapping[str, str], programme: Programme, period: Period) -> str:
    """The agency that took over another's form, where an officer says so and has a reason."""
    follower = programme.registry.in_office(name, period.answered_on)
    files = {key(one["file"]), key(one["file"].split(" › ")[0])}
    said = {c.agency for c in programme.choices if c.reason and key(c.file) in files}
    return follower if follower in said else ""


def _explanations(
    journal: Journal, record: Run, programme: Programme, periods: Iterable[str]
) -> Iterator[Given]:
    """Those in every version of every return of the year so far."""
    for period in periods:
        run = record if period == record.period else journal.last(period)
        for one in run.returns if run else ():
            if one["fate"] in ("accepted", "superseded"):
                with suppress(UnreadableFileError):  # that was said where it counts
                    yield from given_in(_pages(journal, one), one, period, programme)


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
    issued = _opened(content, path.name, past.id)
    accepted, faults = _accepted(journal, last, programme, past)
    figures, _ = _figures(issued, programme, past, accepted, last)
    if faults:
        raise AuditError(f"{faults[0].what}: {faults[0].stands}. {again}")
    return figures


def _contents(listed: Iterable[Mapping[str, str]]) -> list[tuple[str, str]]:
    return sorted((one["file"], one["sha256"]) for one in listed)
