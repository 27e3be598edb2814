"""One function for each verb: a workspace in, paths and findings out.

The command line and the buttons in Excel both call these; neither holds a rule.
"""

from __future__ import annotations

import csv
import io
import tempfile
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from .agencies import Registry, slug
from .dashboard_grid import Results
from .decision import read_decision
from .errors import (
    MasterWorkbookError,
    NoReturnsError,
    OutputError,
    UnknownPeriodError,
    UnreadableFileError,
    WorkspaceError,
)
from .figures import figures_of
from .findings import Finding, Place, finding
from .forms import write_form
from .master import write_master
from .master_reader import read_master
from .master_sheets import AGENCIES, GROUPS, TABLES
from .master_tables import Record, read_registry, read_table
from .periods import Period, periods_of
from .plan import Plan, Programme
from .proofs import prove_programme
from .returns import Return, ReturnReader, settle_versions
from .settings import settings_file
from .sheets import OpenedWorkbook, WorkbookSheets
from .workspace import Workspace, arrival, read_file, write_files

if TYPE_CHECKING:
    from .consolidate import Ledger  # brings in pandas
    from .doctor import Check

_LONGEST_NAME = 80  # of an agency in a file name; systems refuse very long ones
DEFAULT_OFFICE = "Sở Nội vụ"
_DATA = Path(__file__).parent / "data"

# Called with (done, of how many, what) as long work goes on.
Progress = Callable[[int, int, str], None]


def silent(done: int, total: int, what: str) -> None:
    """No progress wanted."""


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
    programme, _, kept = _with_decisions(programme, decision_files)
    files = {
        workspace.new_master: write_master(programme, kept, nothing_reported(programme)),
        workspace.settings: settings_file(),
    }
    files |= {workspace.decisions / path.name: read_file(path) for path in decision_files}
    write_files(files)
    return workspace.new_master, programme, [*kept, *prove_programme(programme)]


def nothing_reported(programme: Programme) -> Results:
    """The tables of results before anything was consolidated: the plan and who owes what."""
    if not programme.periods:
        return Results({})
    from .consolidate import consolidate  # brings in pandas
    from .results import result_rows

    rows = result_rows(consolidate(programme, programme.periods[0], ()))
    return Results(rows)


def load_decisions(
    loaded: Loaded, decision_files: Sequence[Path]
) -> tuple[Programme, tuple[Plan, ...], list[Finding]]:
    """Read more decisions into a programme, and keep them in the workspace: the programme
    with them, their plans, and what was found.

    Raises as `init` does; nothing is written then.
    """
    workspace, programme, _ = loaded
    programme, plans, kept = _with_decisions(programme, decision_files)
    copies = {workspace.decisions / path.name: read_file(path) for path in decision_files}
    for copy, content in copies.items():
        if copy.exists() and read_file(copy) != content:
            raise WorkspaceError(
                f"Thư mục {workspace.decisions} đã có tệp {copy.name} khác. Đổi tên tệp quyết định "
                "rồi nạp lại."
            )
    write_files(copies)
    return programme, plans, kept


def _with_decisions(
    programme: Programme, decision_files: Sequence[Path]
) -> tuple[Programme, tuple[Plan, ...], list[Finding]]:
    """A programme with the plans of more decisions, those plans, and what was found."""
    names = [path.name for path in decision_files]
    if len(set(names)) < len(names):
        raise WorkspaceError(
            "Có hai tệp quyết định trùng tên, hoặc một tệp được nạp hai lần. Bỏ bớt hoặc đổi tên "
            "tệp rồi chạy lại."
        )
    decisions = [read_decision(path, programme.registry) for path in decision_files]
    plans = tuple(decision.plan for decision in decisions)
    year = programme.year or max((plan.year for plan in plans), default=0)
    known = {plan.id for plan in programme.plans}
    for plan in plans:
        if plan.id in known:
            raise WorkspaceError(f"Quyết định {plan.id} được nạp hai lần. Bỏ bớt một tệp.")
        known.add(plan.id)
        if plan.year not in (0, year):  # their money would be added up
            raise WorkspaceError(
                f"Quyết định {plan.decision} là kế hoạch năm {plan.year}, sổ này theo dõi năm "
                f"{year}. Tạo sổ khác (thư mục khác) cho năm {plan.year}."
            )
    due = {kind: day for decision in decisions for kind, day in decision.due.items()}
    programme = replace(
        programme,
        year=year,
        province=programme.province or next((d.province for d in decisions if d.province), ""),
        plans=(*programme.plans, *plans),
        periods=programme.periods or (periods_of(year, due) if year else ()),
    )
    return programme, plans, [found for decision in decisions for found in decision.findings]


def load_registry(agencies_file: Path | None = None) -> Registry:
    """The agencies of a file (.csv or a workbook with the sheets Cơ quan and Nhóm cơ quan),
    or Đắk Lắk's of 2018. Groups that the file does not bring are the usual ones."""
    groups = list(_csv_records(_DATA / "groups.csv"))
    if agencies_file is None:
        return read_registry(_csv_records(_DATA / "agencies.csv"), groups)
    if agencies_file.suffix.lower() == ".csv":
        records = list(_csv_records(agencies_file))
    else:
        name = agencies_file.name
        try:
            workbook = OpenedWorkbook(read_file(agencies_file))
            records = list(read_table(workbook, name, AGENCIES, ["Tên cơ quan"]))
            if GROUPS in workbook.names:
                groups = list(read_table(workbook, name, GROUPS, ["Tên nhóm"]))
        except (MasterWorkbookError, UnreadableFileError):
            records = []
    registry = read_registry(records, groups)
    if not registry.agencies:
        wanted = ", ".join(TABLES[AGENCIES].headings[:4])
        raise UnreadableFileError(
            f"{agencies_file.name} không phải danh sách cơ quan. Cần trang “{AGENCIES}” (hoặc "
            f"tệp .csv) có các cột {wanted}."
        )
    return registry


def _csv_records(path: Path) -> Iterable[Record]:
    try:
        text = read_file(path).decode("utf-8-sig")
        # Excel with Vietnamese settings parts the columns of a CSV with semicolons.
        heading = text.partition("\n")[0]
        separator = ";" if heading.count(";") > heading.count(",") else ","
        lines = list(csv.DictReader(io.StringIO(text, newline=""), delimiter=separator))
    except (UnicodeDecodeError, csv.Error):
        raise UnreadableFileError(
            f"{path.name} không phải tệp CSV mã UTF-8. Lưu lại dạng “CSV UTF-8”."
        ) from None
    return [Record({k: v or "" for k, v in line.items() if k}, {}) for line in lines]


# ------------------------------------------------------------------------- plan


class Loaded(NamedTuple):
    """A workspace with its programme as the master workbook says it, proved again."""

    workspace: Workspace
    programme: Programme
    findings: list[Finding]


def load(root: Path) -> Loaded:
    """A workspace as its master workbook was saved."""
    workspace = Workspace(root)
    master = workspace.master()
    return load_open(workspace, OpenedWorkbook(read_file(master)), master.name)


def load_open(workspace: Workspace, master: WorkbookSheets, name: str) -> Loaded:
    """A workspace as its master workbook stands open, saved or not."""
    programme, findings = read_master(master, name)
    return Loaded(workspace, programme, [*findings, *prove_programme(programme)])


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
    workspace, programme, _ = loaded
    period = find_period(programme, period_id)
    folder = workspace.forms(period.id)
    agencies = [programme.registry.by_name[name] for name in programme.rows_by_agency(period)]
    files: dict[Path, bytes] = {}
    paths: dict[str, Path] = {}
    for done, agency in enumerate(agencies, 1):
        path = folder / f"Phieu_{period.id}_{slug(agency.name)[:_LONGEST_NAME]}.xlsx"
        if path in files:  # two names that differ in diacritics only
            path = path.with_stem(f"{path.stem}_{slug(agency.id)}")
        files[path] = write_form(programme, period, agency)
        paths[agency.name] = path
        progress(done, len(agencies), agency.name)
    write_files(files)
    workspace.inbox(period.id).mkdir(parents=True, exist_ok=True)
    stale = [
        finding("stale-form", Place(path.name), path.name)
        for path in sorted(folder.glob("Phieu_*.xlsx"))
        if path not in files
    ]
    return paths, stale


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


def read_returns(
    workspace: Workspace, programme: Programme, period: Period, progress: Progress = silent
) -> list[Return]:
    """Every file of a period's nhan-ve, read; of several versions one is accepted."""
    reader = ReturnReader(programme, period)
    files = list(workspace.returned_files(period.id))
    returns = []
    for done, (name, path) in enumerate(files, 1):
        try:
            returns.append(reader.read(read_file(path), name, arrival(path)))
        except UnreadableFileError as error:  # locked or gone: the others go on
            why = finding("file-unreadable", Place(name), reason=str(error))
            returns.append(Return(name, "", arrival(path), findings=(why,)))
        progress(done, len(files), name)
    return settle_versions(returns)


def consolidate_period(
    loaded: Loaded, period_id: str, progress: Progress = silent
) -> Consolidation:
    """Read what came back for a period and write its results.

    Raises NoReturnsError when nothing came.
    """
    workspace, programme, plan_findings = loaded
    period = find_period(programme, period_id)
    if not any(workspace.returned_files(period.id)):
        raise NoReturnsError(
            f"Chưa có phiếu nào trong {workspace.inbox(period.id)}. Chép các phiếu nhận về vào "
            "thư mục này rồi chạy lại."
        )
    returns = read_returns(workspace, programme, period, progress)

    from .consolidate import consolidate  # brings in pandas
    from .monitoring import write_monitoring

    ledger = consolidate(programme, period, returns)
    earlier = [
        consolidate(programme, past, read_returns(workspace, programme, past))
        for past in programme.periods
        if past.year == period.year
        and past.months < period.months
        and any(workspace.returned_files(past.id))
    ]
    output = workspace.results(period.id) / f"Phu-luc-2_{period.id}.xlsx"
    # How the decision was read is noted in the master workbook; here only what is open.
    to_see = [found for found in plan_findings if found.severity != "info"]
    write_files(
        {
            output: write_monitoring(ledger, earlier, to_see),
            workspace.figures(period.id): figures_of(ledger),
        }
    )
    return Consolidation(ledger, (*ledger.findings, *to_see), (output,))


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
