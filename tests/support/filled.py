"""A form as an agency filled it in, and the list of what can happen to it.

A trouble is a function on a filled form. What the agency means stays `form.truth` unless the
trouble changes that too; what a careful reader may have to leave out, with a finding, is told
to `form.may_lose`. A trouble that gives a function has it run in LibreOffice.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import openpyxl

from tests.support.file_formats import BY_LIBREOFFICE, FORMATS
from tests.support.forms import HEADINGS, Form

ENTRY_FIELDS = tuple(HEADINGS)[6:]
TEXT_FIELDS = ("result", "proof", "difficulties", "proposals")


class Unknown:
    """Means nothing that anybody can tell: whatever is read is wrong."""

    def __repr__(self) -> str:
        return "nothing certain"


UNKNOWN = Unknown()


class Filled(Form):
    """A form as one agency filled it in."""

    def __init__(self, path: Path, agency: str, entries: Mapping[str, dict], issue: Callable):
        super().__init__(path)
        self.fill(entries)
        self.agency, self.name, self.issue = agency, path.stem, issue
        self.truth = {code: dict(entries.get(code, {})) for code in self.rows}
        self.titles = {code: self.cell(code, "title").value for code in self.rows}
        self.lost: set[tuple[str, str]] = set()
        self.stored: dict[str, object] = {}
        self.password = ""
        self.wrap: Callable[[str, bytes], tuple[str, bytes]] = lambda name, content: (name, content)

    def take(self, path: Path) -> None:
        """Fill in another form instead; where it lacks a row, nothing is written."""
        super().__init__(path)
        self.fill({code: entry for code, entry in self.truth.items() if code in self.rows})

    @property
    def codes(self) -> list[str]:
        """The rows that are filled in."""
        return [code for code, entry in self.truth.items() if entry.get("status")]

    @property
    def paid(self) -> list[str]:
        """The rows on which money was spent."""
        return [code for code in self.codes if self.truth[code].get("spent")]

    def entries(self) -> Iterable:
        """The cells that are filled in."""
        for code in self.codes:
            for field in ENTRY_FIELDS:
                if self.cell(code, field).value is not None:
                    yield code, field, self.cell(code, field)

    def may_lose(self, codes: Iterable[str] = (), fields: Iterable[str] = ENTRY_FIELDS) -> None:
        """Figures that need not be read; none named: of the whole form."""
        self.lost.update((c, f) for c in (codes or self.truth) for f in fields)

    def means_nothing(self) -> None:
        """Nothing on the form may be counted."""
        for code in self.truth:
            self.truth[code] = dict.fromkeys(ENTRY_FIELDS, UNKNOWN)
        self.may_lose()

    def unmerge(self) -> None:
        for merged in list(self.sheet.merged_cells.ranges):
            self.sheet.unmerge_cells(str(merged))

    def table(self) -> list[list[object]]:
        return [[c.value for c in row] for row in self.sheet.iter_rows()]

    def paste(self, rows: Iterable[Iterable[object]]) -> None:
        """Values alone, in a new workbook."""
        self.workbook = openpyxl.Workbook()
        self.sheet = self.workbook.worksheets[0]
        for row in rows:
            self.sheet.append(list(row))

    def copy_row(self, number: int, to: int) -> None:
        for column, cell in enumerate(list(self.sheet[number]), 1):
            self.sheet.cell(to, column, cell.value)


@dataclass(frozen=True)
class Trouble:
    """`makes` the trouble on forms with money where `money`, in the formats `only`."""

    name: str
    makes: Callable[[Filled], Callable | None]
    money: bool
    only: tuple[str, ...]


TROUBLES: list[Trouble] = []


def trouble(function=None, *, money: bool = False, only: tuple[str, ...] = FORMATS):
    def register(function):
        TROUBLES.append(Trouble(function.__name__, function, money, only))
        return function

    return register(function) if function else register


def in_libreoffice(function):
    return trouble(only=tuple(BY_LIBREOFFICE))(function)
