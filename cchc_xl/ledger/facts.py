"""What one agency says of one row of a plan, with the cells that it stands in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from ..findings.finding import Place
from ..plan.statuses import Status
from ..returns.returned import ByField, ReportedRow, Return


@dataclass(frozen=True)
class Fact(ByField):
    """A row of a plan and an agency that must report it. `holder` is whose money the row is.

    The status of `values` is the one that counts, `reported_status` the one that was read.
    `cells` has the cell of each field that says something, `cell` is that of the spending, or of
    the status where nothing was spent. Where no return that counts has the row, `file` is "".
    """

    plan: str
    code: str
    agency: str
    holder: str
    values: Mapping[str, Any] = field(default_factory=lambda: {"status": Status.NOT_REPORTED})
    reported_status: Status | None = None
    file: str = ""
    sheet: str = ""
    cell: str = ""
    cells: Mapping[str, str] = field(default_factory=dict)

    @property
    def status(self) -> Status:
        return self["status"]

    @property
    def place(self) -> Place:
        return Place(self.file, self.sheet, self.cell)

    def with_row(self, one: Return, row: ReportedRow, status: Status) -> Fact:
        """The same with what a return says of the row; `status` is the one that counts."""
        return replace(
            self,
            values={**row.values, "status": status},
            reported_status=row.status,
            file=one.file,
            sheet=one.sheet,
            cell=row.cell("status" if row.spent is None else "spent"),
            cells={name: row.cell(name) for name in row.values},
        )
