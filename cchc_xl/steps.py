"""One function for each verb: a workspace in, paths and findings out.

The command line and the buttons in Excel both call these; neither holds a rule.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from .agencies import Registry, slug
from .decision import Decision, read_decision
from .errors import (
    MasterWorkbookError,
    NoReturnsError,
    UnknownPeriodError,
    UnreadableFileError,
    WorkspaceError,
)
from .findings import Finding, Place, finding
from .forms import write_form
from .master import write_master
from .master_reader import read_master
from .master_sheets import AGENCIES, GROUPS, TABLES
from .master_tables import Record, read_registry, read_table
from .periods import Period, periods_of
from .plan import Programme
from .proofs import prove_programme
from .returns import Return, ReturnReader, settle_versions
from .sheets import OpenedWorkbook
from .workspace import Workspace, arrival, read_file, write_files

if TYPE_CHECKING:  # brings in pandas
    from .consolidate import Ledger

_LONGEST_NAME = 80  # of an agency in a file name; systems refuse very long ones
DEFAULT_OFFICE = "Sở Nội vụ"
_DATA = Path(__file__).parent / "data"

# Called with (done, of how many, what) as long work goes on.
Progress = Callable[[int, int, str], None]


def silent(done: int, total: int, what: str) -> None:
    """No progress wanted."""


# ------------------------------------------------------------------------- init


def init(
    root: Path, decision_files: Sequence[Path], agencies_file: Path | None = None
) -> tuple[Path, Programme, list[Finding]]:
    """Make a workspace from decisions; gives the master workbook's path.

    Raises WorkspaceError when the folder already holds something, and UnreadableFileError
    or NotADecisionError for a file; nothing is written then.
    """
    if root.exists() and (not root.is_dir() or any(root.iterdir())):
        raise WorkspaceError(
            f"{root} đã có dữ liệu. Chọn một thư mục mới để không ghi đè lên việc đang làm."
        )
    names = [path.name for path in decision_files]
    if len(set(names)) < len(names):
        raise WorkspaceError(
            "Có hai tệp quyết định trùng tên, hoặc một tệp được nạp hai lần. Bỏ bớt hoặc đổi tên "
            "tệp rồi chạy lại."
        )
    registry = load_registry(agencies_file)
    decisions = [read_decision(path, registry) for path in decision_files]
    programme = _programme(decisions, registry)
    kept = [found for decision in decisions for found in decision.findings]
    workspace = Workspace(root)
    files = {workspace.new_master: write_master(programme, kept)}
    files |= {workspace.decisions / path.name: read_file(path) for path in decision_files}
    write_files(files)
    return workspace.new_master, programme, [*kept, *prove_programme(programme)]


def _programme(decisions: Sequence[Decision], registry: Registry) -> Programme:
    plans = tuple(decision.plan for decision in decisions)
    ids = [plan.id for plan in plans]
    for plan_id in ids:
        if ids.count(plan_id) > 1:
            raise WorkspaceError(f"Quyết định {plan_id} được nạp hai lần. Bỏ bớt một tệp.")
    due = {kind: day for decision in decisions for kind, day in decision.due.items()}
    year = max(plan.year for plan in plans)
    province = next((d.province for d in decisions if d.province), "")
    return Programme(year, province, DEFAULT_OFFICE, plans, registry, periods_of(year, due))


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


def load(root: Path) -> tuple[Workspace, Programme, list[Finding]]:
    """The programme as its master workbook says today, proved again."""
    workspace = Workspace(root)
    master = workspace.master()
    programme, findings = read_master(read_file(master), master.name)
    return workspace, programme, [*findings, *prove_programme(programme)]


def find_period(programme: Programme, period_id: str) -> Period:
    """Raises UnknownPeriodError, which names the periods there are."""
    period = programme.period_by_id.get(period_id)
    if period is None:
        known = ", ".join(programme.period_by_id) or "không có kỳ nào đọc được"
        raise UnknownPeriodError(
            f"Không có kỳ báo cáo “{period_id}”. Các kỳ trong sổ tổng hợp: {known}. Xem lại trang "
            "Kỳ báo cáo; “cchc-xl plan” cho biết ô nào không đọc được."
        )
    return period


# ------------------------------------------------------------------------ forms


def make_forms(
    root: Path, period_id: str, progress: Progress = silent
) -> tuple[dict[str, Path], list[Finding]]:
    """Write the form of every agency that must report; gives agency -> path."""
    workspace, programme, _ = load(root)
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


def consolidate_period(root: Path, period_id: str, progress: Progress = silent) -> Consolidation:
    """Read what came back for a period and write its results.

    Raises NoReturnsError when nothing came.
    """
    workspace, programme, plan_findings = load(root)
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
    write_files({output: write_monitoring(ledger, earlier, to_see)})
    return Consolidation(ledger, (*ledger.findings, *to_see), (output,))
