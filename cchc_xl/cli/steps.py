"""One function for each verb: a workspace in, paths and findings out.

The command line and the buttons in Excel both call these; neither holds a rule.
"""

from __future__ import annotations

import datetime
import tempfile
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

from ..decision.programme import with_decisions
from ..errors import NoReturnsError, OutputError, UnknownRowError, UnknownRuleError, WorkspaceError
from ..findings.finding import Finding
from ..findings.rules import RULES
from ..findings.severity import Severity
from ..master.dashboard_grid import Results
from ..master.opening import Loaded, find_period
from ..master.registry_file import load_registry
from ..master.writer import write_master
from ..period.consolidation import Progress, outcome_of, recorded_inputs, silent
from ..period.folder import changed_earlier, inputs_of, results_to_write, to_journal
from ..period.opened import read_returns
from ..plan.model import Plan, Programme
from ..plan.proofs import prove_programme
from ..workspace.disk import read_file, write_files
from ..workspace.folders import Workspace
from ..workspace.journal import Journal, Run, sha256_of
from ..workspace.python_settings import settings_file
from ..writing.templates import NAMES, check_texts, packaged, using

if TYPE_CHECKING:
    from ..audit.check import Audit
    from ..ledger.ledger import Ledger
    from ..mail.board import Board
    from ..period.tracing import RowTrace
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
        workspace.new_master: write_master(programme, kept, nothing_reported(workspace, programme)),
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


# ------------------------------------------------------------------ consolidate


@dataclass(frozen=True)
class Consolidation:
    """What came of consolidating a period: the ledger, every finding (the plan's own among
    them), the files written, and how the period stands."""

    ledger: Ledger
    findings: tuple[Finding, ...]
    outputs: tuple[Path, ...]
    board: Board

    @property
    def tables(self) -> dict[str, list[tuple]]:
        """The rows of the master's sheets of results."""
        from ..ledger.result_rows import result_rows

        return result_rows(self.ledger, self.findings) | self.board.tables


def consolidate_period(
    loaded: Loaded,
    period_id: str,
    progress: Progress = silent,
    with_report: bool = False,
    day: datetime.date | None = None,
) -> Consolidation:
    """Read what came back for a period and write its results; the journal keeps all that
    went into them. The report is written when asked for, and ever after. `day` is that of the
    board, today unless told.

    Raises NoReturnsError when nothing came, WorkspaceError when somebody else is at work,
    TemplateError when a template cannot be used.
    """
    from ..mail.board import standing_of, today

    workspace = loaded.workspace
    period = find_period(loaded.programme, period_id)
    with workspace.working():
        inputs = inputs_of(workspace, loaded.programme, loaded.findings, period, with_report)
        outcome = outcome_of(inputs, progress)
        results, edited = results_to_write(workspace, period, outcome)
        edited += changed_earlier(workspace, inputs)
        workspace.write({**results, **to_journal(workspace, loaded.sheets, inputs, outcome)})
    reading = outcome.reading
    outputs = [workspace.monitoring(period.id)]
    outputs += [workspace.report(period.id)] if outcome.outputs.report else []
    so_far = [*reading.earlier, reading.ledger]
    return Consolidation(
        reading.ledger,
        (*reading.findings, *edited),
        tuple(outputs),
        standing_of(loaded, so_far, day or today()),
    )


def journal_of(loaded: Loaded, period_id: str) -> list[Run]:
    """Every consolidation of a period, in order."""
    period = find_period(loaded.programme, period_id)
    return Journal(loaded.workspace).of_period(period.id)


def trace(loaded: Loaded, period_id: str, code: str) -> tuple[Run, list[RowTrace]]:
    """Where every figure of a row in the workbook that was issued last comes from: the record of
    that consolidation, and the rows that have this code (one in each plan that has it).

    Raises NoReturnsError when the period was never consolidated, UnknownRowError.
    """
    from ..period.tracing import trace_row

    journal = Journal(loaded.workspace)
    period = find_period(loaded.programme, period_id)
    record = journal.last(period.id)
    if record is None:
        raise _never_consolidated(period.id)
    inputs = recorded_inputs(journal, record)
    plan_id, _, own = code.strip().rstrip(".").upper().rpartition("|")
    items = [
        plan.by_code[own]
        for plan in inputs.programme.plans
        if own in plan.by_code and plan_id in ("", plan.id.upper())
    ]
    if not items:
        known = ", ".join(plan.items[0].code for plan in inputs.programme.plans if plan.items)
        raise UnknownRowError(
            f"Không có mục “{code}” trong kế hoạch. Ghi mã như ở cột STT của Phụ lục 2, ví dụ "
            f"{known}."
        )
    outcome = outcome_of(inputs)
    return record, [trace_row(outcome, item) for item in items]


def to_be_signed(ledger: Ledger) -> list[str]:
    """The sheets of the monitoring workbook that go upstairs on paper."""
    from ..outputs.appendices import signed_sheets

    return signed_sheets(ledger.programme.plans)


def own_templates(workspace: Workspace) -> list[Path]:
    """Put a copy of every template into the workspace's folder mau, where officers restyle them;
    those there already stay as they are. Gives all of them."""
    paths = [workspace.templates / name for name in NAMES]
    write_files({path: packaged(path.name) for path in paths if not path.exists()})
    return paths


def check_templates(workspace: Workspace) -> None:
    """Look at a workspace's own templates before they are used. Raises TemplateError."""
    from ..outputs.report_template import check_report

    with using(workspace.own_templates()):
        check_texts()
        check_report()


def _never_consolidated(period_id: str) -> NoReturnsError:
    return NoReturnsError(
        f"Kỳ {period_id} chưa tổng hợp lần nào. Chạy “cchc-xl consolidate” trước."
    )


def audit_period(loaded: Loaded, period_id: str) -> Audit:
    """Check the issued workbook of a period against the returned files, by other means than
    those it was made with; nothing is written. Raises NoReturnsError, AuditError."""
    from ..audit.check import audit  # brings in openpyxl

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
    return [
        found
        for found in reading.ledger.findings
        if found.severity == Severity.TRIAL and found.code == code
    ]


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
        if not records:
            raise _never_consolidated(period_id)
        raise NoReturnsError(
            f"Kỳ {period_id} không có lần tổng hợp {wanted}. Chọn một trong các lần: {known}."
        )
    record = records[wanted]
    outcome = outcome_of(recorded_inputs(journal, record))
    name = f"{period_id}_lan-{record.number}"
    paths = {
        "monitoring": folder / f"Phu-luc-2_{name}.xlsx",
        "figures": folder / f"so-lieu_{name}.json",
        "report": folder / f"Bao-cao_{name}.docx",
    }
    files = {paths[what]: content for what, content in outcome.contents.items()}
    made = {what: sha256_of(content) for what, content in outcome.contents.items()}
    write_files(files)
    return record, tuple(files), made == record.outputs


def new_master(
    programme: Programme, found: Iterable[Finding], done: Consolidation | None = None
) -> bytes:
    """A new master workbook, which shows a consolidation where one was done; `found` when its
    decisions were read."""
    proofs = prove_programme(programme)
    kept = [one for one in found if one not in proofs]
    if done is None:
        return write_master(programme, kept)
    period_id = done.ledger.period.id
    return write_master(programme, kept, Results(done.tables, period_id), period_id)


def nothing_reported(workspace: Workspace, programme: Programme) -> Results:
    """The tables of results before anything was consolidated: the plan and who owes what."""
    if not programme.periods:
        return Results({})
    from ..ledger.ledger import consolidate
    from ..ledger.result_rows import result_rows
    from ..mail.board import standing

    ledger = consolidate(programme, programme.periods[0], ())
    return Results(result_rows(ledger) | standing(workspace, [ledger]).tables)


# --------------------------------------------------------------------- trợ giúp


def check_computer(
    root: Path, open_master: Callable[[], Loaded], outlook: Callable[[], object]
) -> tuple[Path, list[Check]]:
    """Look at this computer and a workspace, with the master as it stands open, and whether
    Outlook starts where it is to be used: a text for the IT officer in a file, and the checks
    that ask for something to be done."""
    from .doctor import examine, report

    checks = examine(root, open_master, outlook)
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
