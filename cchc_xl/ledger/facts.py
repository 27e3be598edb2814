"""What one agency says of one row of a plan, with the cells that it stands in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from ..plan.fields import NOTHING_SAID
from ..plan.statuses import Status
from ..returns.returned import ReportedRow, Return


@dataclass(frozen=True)
class Fact:
    """A row of a plan and an agency that must report it. `holder` is whose money the row is.

    `status` is the one that counts, `reported_status` the one that was read; `values` has the
    others by field: None or "" where nothing is known, money in đồng. `cells` has the cells of
    the fields that hold something, `cell` that of the spending, or of the status where nothing
    was spent. Nothing of this stands where no return that counts has the row (`file` is "").
    """

    plan: str
    code: str
    agency: str
    holder: str
    status: Status = Status.NOT_REPORTED
    reported_status: Status | None = None
    values: Mapping[str, Any] = field(default_factory=lambda: NOTHING_SAID)
    file: str = ""
    sheet: str = ""
    cell: str = ""
    cells: Mapping[str, str] = field(default_factory=dict)

    def with_row(self, one: Return, row: ReportedRow, status: Status) -> Fact:
        """The same with what a return says of the row; `status` is the one that counts."""
        said = {name: getattr(row, name) for name in NOTHING_SAID}
        return replace(
            self,
            status=status,
            reported_status=row.status,
            values=said,
            file=one.file,
            sheet=one.sheet,
            cell=row.cell("status" if row.spent is None else "spent"),
            cells={n: row.cell(n) for n, value in said.items() if value not in (None, "")},
        )

    def __getitem__(self, name: str) -> Any:
        """What is known of a field; None or "" where nothing is."""
        return self.status if name == "status" else self.values[name]

    @property
    def percent(self) -> Decimal | None:
        return self["percent"]

    @property
    def spent(self) -> int | None:
        """In đồng."""
        return self["spent"]
