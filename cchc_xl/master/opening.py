"""A workspace with its programme, as the master workbook says it."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from ..errors import MasterWorkbookError, UnknownPeriodError, UnreadableFileError, WorkspaceError
from ..files.spreadsheets import OpenedWorkbook, WorkbookSheets
from ..findings.finding import Finding
from ..plan.model import Programme
from ..plan.periods import Period
from ..plan.proofs import prove_programme
from ..workspace.disk import read_file
from ..workspace.folders import Workspace
from ..workspace.journal import RememberedSheets
from .layout import ITEMS, PERIODS, SETTINGS
from .reader import read_master


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
    master = master_path(root)
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


def master_path(root: Path) -> Path:
    """The master workbook: the one workbook in the folder that has its sheets.

    Raises WorkspaceError when the folder is missing, MasterWorkbookError when it holds
    no master or several.
    """
    if not root.is_dir():
        raise WorkspaceError(
            f"Không thấy thư mục {root}. Kiểm tra đường dẫn, hoặc tạo mới bằng “cchc-xl init”."
        )
    faults = {path: _fault(path) for path in sorted(root.glob("[!~.]*.xls[xm]"))}
    masters = [path for path, fault in faults.items() if not fault]
    if not masters:
        found = "; ".join(f"{path.name}: {fault}" for path, fault in faults.items())
        what = f" ({found})" if found else ""
        next_step = (
            "Khôi phục sổ từ bản sao lưu."
            if found
            else "Kiểm tra đường dẫn, hoặc tạo mới bằng “cchc-xl init”."
        )
        raise MasterWorkbookError(
            f"Thư mục {root} không có sổ tổng hợp dùng được{what}. {next_step}"
        )
    if len(masters) > 1:
        names = ", ".join(path.name for path in masters)
        raise MasterWorkbookError(
            f"Thư mục {root} có nhiều sổ tổng hợp ({names}). Chỉ giữ lại một sổ."
        )
    return masters[0]


def _fault(path: Path) -> str:
    """Why a workbook is no master; "" when it is one."""
    try:
        names = OpenedWorkbook(read_file(path)).names
    except UnreadableFileError as error:
        return str(error)
    missing = [f"“{name}”" for name in (SETTINGS, ITEMS, PERIODS) if name not in names]
    return f"không có trang {', '.join(missing)}" if missing else ""
