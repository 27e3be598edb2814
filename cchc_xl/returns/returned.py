"""What came back: returned files and the rows that agencies reported in them."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from ..findings.finding import Finding, Place
from ..plan.explanations import Explanation
from ..plan.fates import Fate
from ..plan.model import Item

_LONGEST_TEXT = 30_000  # a cell of Excel holds little more


def held_text(text: str) -> tuple[str, int]:
    """A text as a return holds it, and to how many characters it was cut (0: it was not)."""
    if len(text) <= _LONGEST_TEXT:
        return text, 0
    return f"{text[: _LONGEST_TEXT - 1]}…", _LONGEST_TEXT


class ReportedRow(NamedTuple):
    """What one agency reported for one row of a plan; None or "" where nothing (readable)
    stands. `percent` is 0-100, `spent` in đồng. `columns` gives each field's letters,
    `unread` the fields that hold something that could not be read, `has_budget` whether
    the row's budget stands on this agency's form, `given` what stands in the columns that
    the form came with."""

    item: Item
    row: int
    columns: Mapping[str, str]
    status: str | None = None
    percent: Decimal | None = None
    result: str = ""
    proof: str = ""
    spent: int | None = None
    difficulties: str = ""
    proposals: str = ""
    unread: frozenset[str] = frozenset()
    has_budget: bool = True
    given: Mapping[str, object] | None = None

    def cell(self, name: str) -> str:
        """The address of a field: "K12", or the row where the form has no such column."""
        letters = self.columns.get(name)
        return f"{letters}{self.row}" if letters else f"dòng {self.row}"


@dataclass(frozen=True)
class Return:
    """A returned file. `agency` is "" when unknown; `fate` is accepted, superseded, rejected,
    excluded or gone; `arrived` is when the file came, `saved` when its program saved it; `contact`
    who filled it in; `kept` the SHA-256 of the file of nhan-ve that carried it; `explanations`
    what it answers to earlier findings."""

    file: str
    sha256: str
    arrived: datetime.datetime
    saved: datetime.datetime | None = None
    agency: str = ""
    sheet: str = ""
    fate: str = Fate.REJECTED
    rows: tuple[ReportedRow, ...] = ()
    findings: tuple[Finding, ...] = ()
    contact: str = ""
    kept: str = ""
    explanations: tuple[Explanation, ...] = ()

    def place(self, row: ReportedRow, name: str) -> Place:
        return Place(self.file, self.sheet, row.cell(name))
