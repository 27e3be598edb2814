"""The list of findings that goes back to an agency, where it answers them: its column for
explanations, and reading that from a returned workbook.

Each line carries, in hidden columns, what it is about. Columns are found by their headings,
wherever they stand and whatever the sheet is called.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import NamedTuple

from ..files.spreadsheets import Grid, WorkbookSheets, cell_text, find_columns, printed
from ..findings.finding import Finding, Place, finding
from ..findings.rules import RULES
from ..plan.agencies import Agency
from ..plan.explanations import Explanation
from ..plan.model import Item
from ..text.spelling import key
from .form import IDENTITY_SHEET
from .returned import Return, held_text

EXPLANATION = "Giải trình (nếu số liệu đúng)"
# What a line is about: whose it is, the rule, the row and the value that was found.
KEYS = ("Khóa cơ quan", "Khóa quy tắc", "Khóa mục", "Khóa giá trị")
_WHOSE, _RULE, _ROW, _VALUE = KEYS


def with_explanations(
    one: Return, workbook: WorkbookSheets, agency: Agency, period: str, items: Mapping[str, Item]
) -> Return:
    """A return of an agency for a period with the explanations in its workbook, and findings of
    those that cannot be placed; `items` are the rows of the plans by key."""
    told: list[Explanation] = []
    findings: list[Finding] = []
    for name in workbook.names:
        if name == IDENTITY_SHEET:
            continue
        grid = workbook.grid(name)
        for at, columns in _lists(grid):
            placed, strays = _read(grid, at, columns, agency, items)
            told += [
                Explanation(
                    agency.name,
                    rule,
                    row,
                    value,
                    held_text(text)[0],
                    period,
                    Place(one.file, name, cell),
                )
                for (rule, row), (value, text, cell) in placed.items()
            ]
            findings += _findings(one, grid, placed, strays, items)
    return replace(one, explanations=tuple(told), findings=(*one.findings, *findings))


class Answer(NamedTuple):
    """What is answered to a value that was found, and where."""

    value: str
    text: str
    cell: str


def _lists(grid: Grid) -> Iterator[tuple[int, dict[str, int]]]:
    """The heading rows that have our column, each with where its headings stand."""
    wanted = key(EXPLANATION)
    for at, row in enumerate(grid.rows):
        if any(isinstance(v, str) and len(v) < 100 and key(v) == wanted for v in row):
            yield at, find_columns(row, (EXPLANATION, *KEYS))


def _read(
    grid: Grid, heading: int, columns: Mapping[str, int], agency: Agency, items: Mapping[str, Item]
) -> tuple[dict[tuple[str, str], Answer], list[Answer]]:
    """(rule, row) -> what is answered to it; and the answers of which that is not known."""
    placed: dict[tuple[str, str], Answer] = {}
    strays = []
    errors = grid.marks.errors if grid.marks else {}
    at = columns[EXPLANATION]
    for number, row in enumerate(grid.rows[heading + 1 :], heading + 1):
        text = cell_text(row[at])
        if not text or grid.position(number, at) in errors:
            continue
        if key(text) == key(EXPLANATION):  # a list below this one
            break
        # A value that some program has made a number is printed as findings print it.
        whose, rule, of, value = (
            printed(row[columns[name]]) if name in columns else "" for name in KEYS
        )
        answer = Answer(value, text, grid.address(number, at))
        # A list has one line for each rule and row.
        if (whose, rule in RULES, of in items) == (agency.id, True, True) and (
            rule,
            of,
        ) not in placed:
            placed[rule, of] = answer
        else:
            strays.append(answer)
    return placed, strays


def _findings(
    one: Return,
    grid: Grid,
    placed: Mapping[tuple[str, str], Answer],
    strays: list[Answer],
    items: Mapping[str, Item],
) -> Iterator[Finding]:
    for (_, row), (_, text, cell) in placed.items():
        if length := held_text(text)[1]:
            yield finding(
                "text-cut",
                Place(one.file, grid.name, cell),
                text,
                agency=one.agency,
                item=items[row].code,
                column="Giải trình",
                length=length,
            )
    if strays:
        _, text, cell = strays[0]
        place = Place(one.file, grid.name, cell)
        yield finding("explanation-unplaced", place, text, agency=one.agency, count=len(strays))
