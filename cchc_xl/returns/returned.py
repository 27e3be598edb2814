"""What came back: returned files and the rows that agencies reported in them."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Set
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from ..findings.finding import Finding, Place
from ..plan.explanations import Explanation
from ..plan.fates import Fate
from ..plan.fields import FIELD_BY_NAME
from ..plan.model import Item
from ..plan.statuses import Status

_LONGEST_TEXT = 30_000  # a cell of Excel holds little more


def held_text(text: str) -> tuple[str, int]:
    """A text as a return holds it, and to how many characters it was cut (0: it was not)."""
    if len(text) <= _LONGEST_TEXT:
        return text, 0
    return f"{text[: _LONGEST_TEXT - 1]}…", _LONGEST_TEXT


class ByField:
    """What is said in the entry fields of a row: `values` has those that say something, money in
    đồng."""

    values: Mapping[str, Any]

    def __getitem__(self, name: str) -> Any:
        """None or "" where nothing is said."""
        return self.values.get(name, FIELD_BY_NAME[name].kind.nothing)

    # Those that rules and figures ask for by name.

    @property
    def status(self) -> Status | None:
        return self["status"]

    @property
    def percent(self) -> Decimal | None:
        return self["percent"]

    @property
    def spent(self) -> int | None:
        return self["spent"]

    @property
    def result(self) -> str:
        return self["result"]

    @property
    def proof(self) -> str:
        return self["proof"]


@dataclass(frozen=True)
class ReportedRow(ByField):
    """What one agency reported for one row of a plan. `columns` gives each field's letters,
    `unread` the fields that hold something that could not be read, `has_budget` whether
    the row's budget stands on this agency's form, `given` what stands in the columns that
    the form came with."""

    item: Item
    row: int
    columns: Mapping[str, str]
    values: Mapping[str, Any]
    unread: frozenset[str] = frozenset()
    has_budget: bool = True
    given: Mapping[str, object] = field(default_factory=dict)

    def saying(self, **values: object) -> ReportedRow:
        """The same row with other values; None or "" for nothing."""
        said = {**self.values, **values}
        return replace(self, values={n: v for n, v in said.items() if v not in (None, "")})

    def without(self, names: Set[str]) -> ReportedRow:
        """The same row with some fields left out of the figures."""
        return replace(self.saying(**dict.fromkeys(names)), unread=self.unread | names)

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
