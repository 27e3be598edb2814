"""One function for each verb: a workspace in, paths and findings out.

The command line and the buttons in Excel both call these; neither holds a rule.
"""

from __future__ import annotations

import tempfile
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from .agencies import slug
from .consolidation import (
    Progress,
    Reading,
    outcome_of,
    read_period,
    recorded_inputs,
    silent,
)
from .dashboard_grid import Results
from .decided import with_decisions
from .errors import (
    MasterWorkbookError,
    NoReturnsError,
    OutputError,
    UnknownPeriodError,
    UnknownRuleError,
    WorkspaceError,
)
from .findings import Finding, Place, finding
from .forms import form_name, write_form
from .issued import issued_from_json, issued_to_json, with_forms_of
from .journal import Journal, RememberedSheets, Run, sha256_of
from .master import nothing_reported, write_master
from .master_reader import read_master
from .period_folder import inputs_of, to_journal
from .periods import Period
from .plan import Plan, Programme
from .proofs import prove_programme
from .registries import load_registry
from .rules import RULES
from .settings import settings_file
from .sheets import OpenedWorkbook, WorkbookSheets
from .workspace import Workspace, read_file, write_files

if TYPE_CHECKING:
    from .audit import Audit
    from .consolidate import Ledger  # brings in pandas
    from .doctor import Check

DEFAULT_OFFICE = "Sở Nội vụ"

# ------------------------------------------------------------------------- init


def init(
    root: Path, decision_files: Sequence[Path] = (), agencies_file: Path | None = None
) -> tuple[Path, Programme, list[Finding]]:
    """Make a workspace from decisions, or an empty one into which the button Nạp quyết định
    will load them; gives the master workbook's path.

    Raises WorkspaceError when the folder already holds something, and UnreadableFileError
    or NotADecisionError for a file; nothing is written then.
    """
    if root.exists() and (not root.is_dir() or any(root.iterdir())):
        raise WorkspaceError(
            f"{root} đã có dữ liệu. Chọn một thư mục mới để không ghi đè lên việc đang làm."
        )
    workspace = Workspace(root)
    registry = load_registry(agencies_file)
    programme = Programme(0, "", DEFAULT_OFFICE, (), registry, ())
    programme, _, kept = with_decisions(programme, decision_files)
    files = {
        workspace.new_master: write_master(programme, kept, nothing_reported(programme)),
        workspace.settings: settings_file(),
    }
    files |= {workspace.decisions / path.name: read_file(path) for path in decision_files}
    write_files(files)
    return workspace.new_master, programme, [*kept, *prove_programme(programme)]


def load_decisions(
    loaded: Loaded, decision_files: Sequence[Path]
) -> tuple[Programme, tuple[Plan, ...], list[Finding]]:
    """Read more decisions into a programme, and keep them in the workspace: the programme
    with them, their plans, and what was found.

    Raises as `init` does; nothing is written then.
    """
    workspace, programme = loaded.workspace, loaded.programme
    programme, plans, kept = with_decisions(programme, decision_files)
    copies = {workspace.decisions / path.name: read_file(path) for path in decision_files}
    for copy, content in copies.items():
        if copy.exists() and read_file(copy) != content:
            raise WorkspaceError(
                f"Thư mục {workspace.decisions} đã có tệp {copy.name} khác. Đổi tên tệp quyết định "
                "rồi nạp lại."
            )
    write_files(copies)
    return programme, plans, kept


# ------------------------------------------------------------------------- plan


class Loaded(NamedTuple):
    """A workspace with its programme as the master workbook says it, proved again; `sheets`
    are those it was read from."""

    workspace: Workspace
    programme: Programme
    findings: list[Finding]
    sheets: RememberedSheets


def load(root: Path) -> Loaded:
    """A workspace as its master workbook was saved."""
    workspace = Workspace(root)
    master = workspace.master()
    return load_open(workspace, OpenedWorkbook(read_file(master)), master.name)


def load_open(workspace: Workspace, master: WorkbookSheets, name: str) -> Loaded:
    """A workspace as its master workbook stands open, saved or not."""
    sheets = RememberedSheets(master, name)
    programme, findings = read_master(sheets, name)
    return Loaded(workspace, programme, [*findings, *prove_programme(programme)], sheets)


def find_period(programme: Programme, period_id: str) -> Period:
    """Raises UnknownPeriodError, which names the periods there are."""
    if not programme.plans:
        raise MasterWorkbookError(
            "Sổ tổng hợp chưa có kế hoạch nào. Bấm Nạp quyết định trong Excel, hoặc tạo sổ mới "
            "bằng “cchc-xl init” với --decision."
        )
    by_id = {known.casefold(): period for known, period in programme.period_by_id.items()}
    period = by_id.get(period_id.casefold())
    if period is None:
        known = ", ".join(programme.period_by_id) or "không có kỳ nào đọc được"
        raise UnknownPeriodError(
            f"Không có kỳ báo cáo “{period_id}”. Các kỳ trong sổ tổng hợp: {known}. Chọn một kỳ "
            "trong số này (ô vàng ở Bảng điều khiển), hoặc xem lại trang Kỳ báo cáo."
        )
    return period


# ------------------------------------------------------------------------ forms


def make_forms(
    loaded: Loaded, period_id: str, progress: Progress = silent
) -> tuple[dict[str, Path], list[Finding]]:
    """Write the form of every agency that must report; gives agency -> path."""
    workspace, programme = loaded.workspace, loaded.programme
    period = find_period(programme, period_id)
    folder = workspace.forms(period.id)
    agencies = [programme.registry.by_name[name] for name in programme.rows_by_agency(period)]
    files: dict[Path, bytes] = {}
    paths: dict[str, Path] = {}
    for done, agency in enumerate(agencies, 1):
        path = folder / f"{form_name(period, agency.name)}.xlsx"
        if path in files:  # two names that differ in diacritics only
            path = path.with_stem(f"{path.stem}_{slug(agency.id)}")
        files[path] = write_form(programme, period, agency)
        paths[agency.name] = path
        progress(done, len(agencies), agency.name)
    with workspace.working():
        sent = workspace.issued(period.id)
        before = issued_from_json(read_file(sent)) if sent.exists() else {}
        issued = issued_to_json(with_forms_of(programme, period, before))
        workspace.write({**files, sent: issued})
    workspace.inbox(period.id).mkdir(parents=True, exist_ok=True)
    return paths, _stale("stale-form", folder.glob("Phieu_*.xlsx"), files)


# ------------------------------------------------------------------ consolidate


@dataclass(frozen=True)
class Consolidation:
    """What came of consolidating a period: the ledger, every finding (the plan's own among
    them), and the files written."""

    ledger: Ledger
    findings: tuple[Finding, ...]
    outputs: tuple[Path, ...]

    @property
    def tables(self) -> dict[str, list[tuple]]:
        """The rows of the master's sheets of results."""
        from .results import result_rows

        return result_rows(self.ledger, self.findings)


def consolidate_period(
    loaded: Loaded, period_id: str, progress: Progress = silent
) -> Consolidation:
    """Read what came back for a period and write its results; the journal keeps all that
    went into them.

    Raises NoReturnsError when nothing came, WorkspaceError when somebody else is at work.
    """
    workspace = loaded.workspace
    period = find_period(loaded.programme, period_id)
    with workspace.working():
        inputs = inputs_of(loaded.workspace, loaded.programme, loaded.findings, period)
        outcome = outcome_of(inputs, progress)
        outputs = {
            workspace.results(period.id)
            / f"Phu-luc-2_{period.id}.xlsx": outcome.monitoring.content,
            workspace.figures(period.id): outcome.figures,
        }
        workspace.write({**outputs, **to_journal(workspace, loaded.sheets, inputs, outcome)})
    reading = outcome.reading
    return Consolidation(reading.ledger, reading.findings, tuple(outputs)[:1])


def read_returns(loaded: Loaded, period_id: str, progress: Progress = silent) -> Reading:
    """Read what came back for a period, and write nothing."""
    period = find_period(loaded.programme, period_id)
    inputs = inputs_of(loaded.workspace, loaded.programme, loaded.findings, period)
    return read_period(inputs, progress)


def journal_of(loaded: Loaded, period_id: str) -> list[Run]:
    """Every consolidation of a period, in order."""
    period = find_period(loaded.programme, period_id)
    return Journal(loaded.workspace).of_period(period.id)


def audit_period(loaded: Loaded, period_id: str) -> Audit:
    """Check the issued workbook of a period against the returned files, by other means than
    those it was made with; nothing is written. Raises NoReturnsError, AuditError."""
    from .audit import audit  # brings in openpyxl

    return audit(loaded.workspace, find_period(loaded.programme, period_id).id)


def try_rule(
    loaded: Loaded, period_id: str, code: str, threshold: Decimal | None = None
) -> list[Finding]:
    """What a rule would find in a period's returns; nothing is written and no figure changes.

    Raises UnknownRuleError.
    """
    if code not in RULES:
        raise UnknownRuleError(f"Không có quy tắc “{code}”. Các quy tắc: {', '.join(RULES)}.")
    programme = loaded.programme
    tried = replace(programme, rules=programme.rules.trying(code, threshold))
    reading = read_returns(loaded._replace(programme=tried), period_id)
    return [found for found in reading.ledger.findings if found.severity == "trial"
            and found.code == code]  # fmt: skip


def consolidate_again(
    loaded: Loaded, period_id: str, folder: Path, number: int | None = None
) -> tuple[Run, tuple[Path, ...], bool]:
    """Make a past consolidation again from the journal, into another folder: its record, the
    files, and whether they are the same to the byte. The last one, unless a number is given.

    Raises NoReturnsError when there is none, UnreadableFileError when something of it is gone.
    """
    journal = Journal(loaded.workspace)
    period_id = find_period(loaded.programme, period_id).id
    records = {record.number: record for record in journal.of_period(period_id)}
    wanted = max(records, default=0) if number is None else number
    if wanted not in records:
        known = ", ".join(map(str, records))
        raise NoReturnsError(
            f"Kỳ {period_id} không có lần tổng hợp {wanted}. Chọn một trong các lần: {known}."
            if records
            else f"Kỳ {period_id} chưa tổng hợp lần nào. Chạy “cchc-xl consolidate” trước."
        )
    record = records[wanted]
    outcome = outcome_of(recorded_inputs(journal, record))
    name = f"{period_id}_lan-{record.number}"
    files = {
        folder / f"Phu-luc-2_{name}.xlsx": outcome.monitoring.content,
        folder / f"so-lieu_{name}.json": outcome.figures,
    }
    same = list(record.outputs.values()) == [sha256_of(content) for content in files.values()]
    write_files(files)
    return record, tuple(files), same


# --------------------------------------------------------------------- phản hồi


def make_feedback(
    loaded: Loaded, period_id: str, progress: Progress = silent
) -> tuple[dict[str, Path], list[Finding]]:
    """Write what goes back to agencies whose returns are to be mended: agency -> its marked
    workbook (a cover text stands beside it), and files of an earlier time that no longer hold.

    Raises NoReturnsError when nothing came.
    """
    from .feedback import make_feedback as answers_to  # brings in openpyxl

    workspace, period = loaded.workspace, find_period(loaded.programme, period_id)
    with workspace.working():
        inputs = inputs_of(loaded.workspace, loaded.programme, loaded.findings, period)
        given = {file.name: file for file in inputs.files[period]}
        folder = workspace.feedback(period.id)
        files: dict[Path, bytes] = {}
        paths: dict[str, Path] = {}
        for one in answers_to(read_period(inputs), given, progress):
            path = folder / f"Phan-hoi_{period.id}_{slug(one.agency)[:80]}.xlsx"
            files[path] = one.workbook
            files[path.with_suffix(".txt")] = one.cover.encode("utf-8-sig")
            paths[one.agency] = path
        workspace.write(files)
    return paths, _stale("stale-feedback", folder.glob("Phan-hoi_*.xlsx"), files)


# -------------------------------------------------------------- bảng từng nơi


class Handouts(NamedTuple):
    """Workbooks to mail: agency -> path, collector as printed -> path; and files of an earlier
    time that no longer hold."""

    agencies: dict[str, Path]
    collectors: dict[str, Path]
    stale: list[Finding]


def make_handouts(loaded: Loaded, period_id: str, progress: Progress = silent) -> Handouts:
    """Write a workbook of their own for every agency that must report and for every collector.
    Raises NoReturnsError when nothing came."""
    from .collector_handouts import collector_handouts  # both bring in pandas
    from .handouts import agency_handouts, handout_paths

    workspace, period = loaded.workspace, find_period(loaded.programme, period_id)
    folders = workspace.agency_handouts(period.id), workspace.collector_handouts(period.id)
    with workspace.working():
        inputs = inputs_of(loaded.workspace, loaded.programme, loaded.findings, period)
        ledger, earlier, _ = read_period(inputs, progress)
        agencies, people = agency_handouts(ledger), collector_handouts(ledger, earlier)
        short = {printed: printed.partition(",")[0] for printed in people}  # without the duty
        to_agencies = handout_paths(folders[0], period, {name: name for name in agencies})
        to_people = handout_paths(folders[1], period, short)
        files = {to_agencies[name]: content for name, content in agencies.items()}
        files |= {to_people[name]: content for name, content in people.items()}
        workspace.write(files)
    written = (path for folder in folders for path in folder.glob("Theo-doi_*.xlsx"))
    return Handouts(to_agencies, to_people, _stale("stale-handout", written, files))


def _stale(code: str, present: Iterable[Path], written: Collection[Path]) -> list[Finding]:
    """A finding for each file that an earlier run wrote and this one did not."""
    left = [path for path in sorted(present) if path not in written]
    return [finding(code, Place(path.name), path.name) for path in left]


def consolidated_master(loaded: Loaded, found: Iterable[Finding], done: Consolidation) -> bytes:
    """A new master workbook that shows a consolidation; `found` when its decisions were read."""
    proofs = prove_programme(loaded.programme)
    period_id = done.ledger.period.id
    return write_master(
        loaded.programme,
        [one for one in found if one not in proofs],
        Results(done.tables, period_id),
        period_id,
    )


# --------------------------------------------------------------------- trợ giúp


def check_computer(root: Path) -> tuple[Path, list[Check]]:
    """Look at this computer and a workspace: a text for the IT officer in a file, and the
    checks that ask for something to be done."""
    from .doctor import examine, report

    checks = examine(root)
    path = Workspace(root).journal / "kiem-tra-may.txt"
    text = report(checks).encode("utf-8-sig")
    try:
        write_files({path: text})
    except OutputError:  # that is one of the things to be told
        path = Path(tempfile.gettempdir()) / path.name
        write_files({path: text})
    return path, [check for check in checks if check.ok is False]


def write_guide(workspace: Workspace) -> Path:
    """The officers' guide as a page that any browser shows."""
    from .guide import guide_html

    path = workspace.journal / "huong-dan.html"
    write_files({path: guide_html()})
    return path
