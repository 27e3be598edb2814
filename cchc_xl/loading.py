"""A workspace with its programme, as the master workbook says it."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from .errors import (
    MasterWorkbookError,
    UnknownPeriodError,
)
from .findings import Finding
from .journal import RememberedSheets
from .master_reader import read_master
from .periods import Period
from .plan import Programme
from .proofs import prove_programme
from .sheets import OpenedWorkbook, WorkbookSheets
from .workspace import Workspace, read_file


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
