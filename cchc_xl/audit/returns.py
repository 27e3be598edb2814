"""A returned form walked over once more, for the audit: which rows hold entries, which rows of the
plan those are, and what may stand in them. By the headings, codes and row keys that stand there."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from ..files.spreadsheets import column_letters
from ..plan.fields import ENTRIES, FIELD_BY_NAME, FIELDS, Kind
from ..text.legacy_fonts import from_tcvn3, from_vni
from ..text.spelling import clean, fold, key
from .reading import EMPTY, AuditCell, AuditPage
from .values import (
    Meaning,
    meaning_of_count,
    meaning_of_money,
    meaning_of_percent,
    meaning_of_status,
)

FIGURES = {field.name: field.heading for field in ENTRIES if not field.kind.is_text}
COUNTS = {field.name for field in ENTRIES if field.kind is Kind.COUNT}
TEXTS = {field.name: field.heading for field in ENTRIES if field.kind.is_text}
_ROW_KEY = "Khóa dòng"
_NAMES = {
    **{fold(key(f.heading)): f.name for f in FIELDS if f in ENTRIES or f.name in ("code", "title")},
    fold(key(_ROW_KEY)): "key",
}
_OTHERS = {fold(key(field.heading)) for field in FIELDS} - _NAMES.keys()
_ENOUGH = 4
_TOTALS = {"tong cong", "cong", "tong", "tong so", "cong tong"}
_MEANING = {
    Kind.STATUS: meaning_of_status,
    Kind.PERCENT: meaning_of_percent,
    Kind.MONEY: meaning_of_money,
    Kind.COUNT: meaning_of_count,
}

Row = tuple[str, str]  # plan and code


class Titles(NamedTuple):
    """The rows of the plans that an agency must report, and of all: by code and by text."""

    titles: Mapping[Row, str]
    due: frozenset[Row]


@dataclass(frozen=True)
class FilledRow:
    """A row of a form with entries. `of` is the plan's row that it stands for, None where that
    is not clear from the row itself; `formats_known` where the library tells number formats and
    mergers."""

    sheet: str
    number: int
    of: Row | None
    cells: Mapping[str, AuditCell]
    columns: Mapping[str, int]
    title: str
    is_total: bool
    formats_known: bool = True

    def address(self, name: str) -> str:
        column = self.columns.get(name)
        return f"{column_letters(column - 1)}{self.number}" if column else f"dòng {self.number}"

    def meaning(self, name: str) -> Meaning:
        return _MEANING[FIELD_BY_NAME[name].kind](self.cells.get(name, EMPTY))

    def words(self, name: str) -> str:
        """What was typed, for a person to look at: a number with the format that it has."""
        cell = self.cells.get(name, EMPTY)
        is_text = isinstance(cell.value, str)
        return _shown(cell.value) if is_text else f"{_shown(cell.value)} (định dạng {cell.form})"

    def text(self, name: str) -> str:
        """What stands in a text field, in whatever font."""
        cell = self.cells.get(name, EMPTY)
        return "" if cell.is_error else _shown(cell.value)

    def says(self, name: str, text: str) -> bool:
        """Whether a text field holds what was reported; a text of an old font as shown."""
        cell = self.cells.get(name, EMPTY)
        if cell.is_error:
            return text == ""
        shown = _shown(cell.value)
        cut = text.endswith("…") and shown.startswith(text[:-1])
        if text == shown or key(text) == key(shown) or cut:
            return True
        if cell.form is None and isinstance(cell.value, int | float):  # a day, perhaps
            day = datetime.date(1899, 12, 30) + datetime.timedelta(days=min(cell.value, 10**6))
            return text == f"{day:%d/%m/%Y}"
        ways = {key(way(raw)) for way in (from_tcvn3, from_vni) for raw in (shown, str(cell.value))}
        return key(text).casefold() in ways


def _shown(value: object) -> str:
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else repr(value)
    if isinstance(value, datetime.datetime | datetime.date):
        return f"{value:%d/%m/%Y}"
    return clean(value)


def walk(pages: Iterable[AuditPage], wanted: Titles) -> list[FilledRow]:
    """The filled rows of the form in a workbook."""
    forms = [_filled(page, *heading, wanted) for page in pages if (heading := _heading(page))]
    # A list of the agency's own may have like headings.
    return max(forms, key=lambda rows: sum(row.of in wanted.due for row in rows), default=[])


def _filled(
    page: AuditPage, at: int, columns: Mapping[str, int], wanted: Titles
) -> list[FilledRow]:
    found = []
    for number, row in page.rows().items():
        if number == at or len(_names(row)) > 2 or _is_numbering(row):
            continue
        cells = {
            name: page.at(number, column)
            for name, column in columns.items()
            if name in FIGURES or name in TEXTS
        }
        if not any(_holds(cell) for cell in cells.values()):
            continue
        code, title, row_key = (
            page.cells.get((number, columns[name]), EMPTY).value if name in columns else ""
            for name in ("code", "title", "key")
        )
        of = _row_of(code, _shown(title), row_key, wanted)
        if number < at and of is None:
            continue
        total = fold(_shown(title)) in _TOTALS or fold(_shown(code)) in _TOTALS
        known = all(cell.form is not None for cell in row.values())
        found.append(
            FilledRow(
                page.name, number, of, cells, columns, _shown(title), total and of is None, known
            )
        )
    return found


def identity(pages: Iterable[AuditPage]) -> dict[str, str]:
    """What the hidden sheet says whose form it is."""
    for page in pages:
        if page.name == "_cchc":
            return {_shown(page.at(n, 1).value): _shown(page.at(n, 2).value) for n in page.rows()}
    return {}


def _holds(cell: AuditCell) -> bool:
    return cell.is_error or bool(_shown(cell.value))


def _names(row: Mapping[int, AuditCell]) -> dict[str, list[int]]:
    """Which of the form's headings stand in a row, and where."""
    found: dict[str, list[int]] = {}
    for column, cell in sorted(row.items()):
        if isinstance(cell.value, str) and len(cell.value) < 100:
            folded = fold(key(cell.value))
            name = _NAMES.get(folded) or (folded if folded in _OTHERS else "")
            if name:
                found.setdefault(name, []).append(column)
    return found


def _is_numbering(row: Mapping[int, AuditCell]) -> bool:
    return sum(bool(re.fullmatch(r"\s*\(\d+\)\s*", str(c.value))) for c in row.values()) > 2


def _heading(page: AuditPage) -> tuple[int, dict[str, int]] | None:
    for number, row in page.rows().items():
        names = _names(row)
        known = names.keys() & {"code", "title", "key"}
        if len(names) >= _ENOUGH and known and names.keys() & (FIGURES.keys() | TEXTS.keys()):
            # A heading that stands there twice tells nothing of either column.
            return number, {
                name: at[0]
                for name, at in names.items()
                if len(at) == 1 or name in ("code", "title", "key")
            }
    return None


def _row_of(code: object, title: str, row_key: object, wanted: Titles) -> Row | None:
    """The plan's row that a row of a form stands for, by key and code together."""
    keyed = _keyed(row_key, wanted)
    coded = _coded(code, wanted)
    if keyed:
        if isinstance(code, datetime.date):
            return keyed if key(title) == key(wanted.titles[keyed]) else None
        return keyed if (not coded and not _shown(code).strip(" .")) or keyed in coded else None
    if len(coded) > 1:
        same = [row for row in coded if key(wanted.titles[row]) == key(title)]
        coded = same or [row for row in coded if row in wanted.due] or coded
    return coded[0] if len(coded) == 1 else None


def _keyed(row_key: object, wanted: Titles) -> Row | None:
    if not isinstance(row_key, str):
        return None
    plan, bar, code = row_key.rpartition("|")
    return (plan, code) if bar and (plan, code) in wanted.titles else None


def _coded(code: object, wanted: Titles) -> list[Row]:
    text = re.sub(r"^(?:muc|ma|hoat dong|nhiem vu)\s+", "", fold(_shown(code))).strip(" .,;:")
    if not text:
        return []
    found = [row for row in wanted.titles if fold(row[1]) == text]
    if isinstance(code, int | float) and not isinstance(code, bool):  # 1.10 became 1.1
        number = Decimal(text)
        found += [
            row
            for row in wanted.titles
            if row not in found and re.fullmatch(r"\d+\.\d+", row[1]) and Decimal(row[1]) == number
        ]
    return found
