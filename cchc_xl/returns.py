"""A returned file -> Return: what an agency reported, each value with its cell.

A form is known by the identity inside it, not by its name: renamed files and sheets,
moved columns, sorted and inserted rows are read as well as the form that was sent.
What cannot be read is left out, with a finding that says where.
"""

from __future__ import annotations

import datetime
import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from decimal import Decimal
from pathlib import PurePath

from . import sheets
from .errors import UnreadableFileError
from .findings import Finding, Place, finding
from .forms import (
    FIELD_BY_NAME,
    FIELDS,
    FORM_SHEET,
    FORM_VERSION,
    IDENTITY_SHEET,
    ROW_KEY_HEADING,
    STATUSES,
    TOTAL_LABEL,
    row_key,
)  # fmt: skip
from .money import dong_from_million, exact, million_from_dong
from .periods import Period
from .plan import Item, Programme
from .sheets import Grid, OpenedWorkbook, cell_text, column_letters, find_columns
from .vietnamese import clean, fold, format_number, key, number_readings

ACCEPTED, SUPERSEDED, REJECTED = "accepted", "superseded", "rejected"

_HEADINGS = [field.heading for field in FIELDS] + [ROW_KEY_HEADING]
_ENTRIES = tuple(field.name for field in FIELDS if not field.given)
_STATUS_BY_KEY = {key(status): status for status in STATUSES}


@dataclass(frozen=True)
class ReportedRow:
    """What one agency reported for one row of a plan; None or "" where nothing (readable)
    stands. `percent` is 0-100, `spent` in đồng. `columns` gives each field's letters,
    `unread` the fields that hold something that could not be read."""

    item: Item
    row: int
    columns: dict[str, str] = field(repr=False)
    status: str | None = None
    percent: Decimal | None = None
    result: str = ""
    proof: str = ""
    spent: int | None = None
    difficulties: str = ""
    proposals: str = ""
    unread: frozenset[str] = frozenset()

    def cell(self, name: str) -> str:
        """The address of a field: "K12"."""
        return f"{self.columns.get(name, '')}{self.row}"


@dataclass(frozen=True)
class Return:
    """A returned file. `agency` is "" when unknown; `fate` is accepted, superseded or
    rejected; `arrived` is when the file came."""

    file: str
    sha256: str
    arrived: datetime.datetime
    agency: str = ""
    sheet: str = ""
    fate: str = REJECTED
    rows: tuple[ReportedRow, ...] = ()
    findings: tuple[Finding, ...] = ()

    def place(self, row: ReportedRow, name: str) -> Place:
        return Place(self.file, self.sheet, row.cell(name))


class ReturnReader:
    """Reads the returns of one period; what it needs of the plan is looked up once."""

    def __init__(self, programme: Programme, period: Period):
        self.period = period
        self.registry = programme.registry
        self.items = {
            row_key(plan.id, item.code): item for plan in programme.plans for item in plan.items
        }
        self.keys_by_code: dict[str, list[str]] = {}
        for item_key, item in self.items.items():
            self.keys_by_code.setdefault(item.code, []).append(item_key)
        self.due = {
            agency: {row_key(item.plan, item.code) for items in by_plan.values() for item in items}
            for agency, by_plan in programme.rows_by_agency(period).items()
        }

    def read(self, content: bytes, file: str, arrived: datetime.datetime) -> Return:
        """Read one file. Never raises for what is in it: a file that cannot be used comes
        back rejected, with a finding."""
        unread = Return(file, hashlib.sha256(content).hexdigest(), arrived)
        if PurePath(file).suffix.lower() not in sheets.SUFFIXES:
            return _rejected(unread, finding("file-not-a-workbook", Place(file)))
        try:
            workbook = OpenedWorkbook(content)
            identity = _identity(workbook)
            refusal = self._refusal(file, identity)
            if refusal:
                return _rejected(unread, refusal)
            agency = self.registry.by_id[identity["agency"]].name
            found = _form_grid(workbook)
        except UnreadableFileError as error:
            return _rejected(unread, finding("file-unreadable", Place(file), reason=str(error)))
        unread = replace(unread, agency=agency)
        if found is None:
            return _rejected(unread, finding("file-not-a-form", Place(file), agency=agency))
        return _FormReader(self, unread, *found).read()

    def _refusal(self, file: str, identity: dict[str, str]) -> Finding | None:
        """Why a file is not the form we want, if so."""
        place = Place(file, IDENTITY_SHEET)
        if identity.get("form") != "cchc-xl":
            return finding("file-not-a-form", Place(file))
        version, period = identity.get("version", ""), identity.get("period", "")
        name = identity.get("agency_name", "")
        if version != FORM_VERSION:
            return finding(
                "form-version-unknown", place, version, agency=name, expected=FORM_VERSION
            )
        if period != self.period.id:
            return finding("wrong-period", place, period, agency=name, expected=self.period.id)
        if identity.get("agency") not in self.registry.by_id:
            return finding("agency-unknown", place, name, agency=name)
        return None


def _rejected(unread: Return, *why: Finding) -> Return:
    return replace(unread, fate=REJECTED, findings=why)


def _identity(workbook: OpenedWorkbook) -> dict[str, str]:
    if IDENTITY_SHEET not in workbook.names:
        return {}
    return {
        cell_text(row[0]): cell_text(row[1])
        for row in workbook.grid(IDENTITY_SHEET).rows
        if len(row) > 1
    }


def _form_grid(workbook: OpenedWorkbook) -> tuple[Grid, int, dict[str, int]] | None:
    """The sheet that holds the form, its heading row, and where each heading stands."""
    names = [name for name in workbook.names if name != IDENTITY_SHEET]
    for name in sorted(names, key=lambda name: name != FORM_SHEET):
        grid = workbook.grid(name)
        for at, row in enumerate(grid.rows):
            if "Mã" not in row and ROW_KEY_HEADING not in row and len(row) > 1:
                continue
            columns = find_columns(row, _HEADINGS)
            if len(columns) >= 4 and ("Mã" in columns or ROW_KEY_HEADING in columns):
                return grid, at, columns
    return None


class _FormReader:
    """Reads the rows of one form."""

    def __init__(
        self, reader: ReturnReader, unread: Return, grid: Grid, heading: int, at: dict[str, int]
    ):
        self.reader = reader
        self.unread = replace(unread, sheet=grid.name)
        self.grid = grid
        self.heading = heading
        self.at = {f.name: at[f.heading] for f in FIELDS if f.heading in at}
        self.key_at = at.get(ROW_KEY_HEADING)
        self.letters = {
            name: column_letters(grid.left + column) for name, column in self.at.items()
        }
        self.entries = [(name, self.at[name]) for name in _ENTRIES if name in self.at]
        self.findings: list[Finding] = []
        self.disputed: set[str] = set()  # rows of which it is unclear where they stand

    def read(self) -> Return:
        agency = self.unread.agency
        for name in _ENTRIES:
            if name not in self.at:
                self._find(
                    "heading-missing",
                    f"{self.grid.top + self.heading + 1}:{self.grid.top + self.heading + 1}",
                    FIELD_BY_NAME[name].heading,
                )
        due = self.reader.due.get(agency, set())
        by_key: dict[str, list[int]] = {}
        for number, item_key in self._keyed_rows():
            by_key.setdefault(item_key, []).append(number)
        rows: list[ReportedRow] = []
        filled_in = False
        for item_key, numbers in by_key.items():
            item = self.reader.items[item_key]
            filled = [number for number in numbers if self._is_filled(number)]
            filled_in = filled_in or bool(filled)
            if len(filled) > 1:
                cells = ", ".join(self._address(number, "code") for number in filled)
                self._find_at(filled[0], "code", "row-repeated", item.code, cells=cells, item=item)
            elif item_key not in due:
                if filled:
                    self._find_at(filled[0], "code", "row-not-theirs", item.code, item=item)
            elif not filled:
                self._find_at(numbers[0], "code", "row-empty", "", item=item)
            else:
                rows.append(self._row(filled[0], item))
        if not filled_in:
            blank = finding("return-blank", Place(self.unread.file, self.grid.name), agency=agency)
            return _rejected(self.unread, blank)
        for item_key in self.reader.items:
            if item_key in due and item_key not in by_key and item_key not in self.disputed:
                self._find("row-missing", "", "", item=self.reader.items[item_key].code)
        return replace(self.unread, fate=ACCEPTED, rows=tuple(rows), findings=tuple(self.findings))

    # ------------------------------------------------------------------ rows

    def _keyed_rows(self) -> Iterator[tuple[int, str]]:
        """Row index and key of every row that stands for a row of a plan."""
        code_at, title_at, key_at = self.at.get("code"), self.at.get("title"), self.key_at
        items = self.reader.items
        rows = self.grid.rows
        for number in range(self.heading + 1, len(rows)):
            row = rows[number]
            item_key = row[key_at] if key_at is not None else ""
            code = cell_text(row[code_at]) if code_at is not None else ""
            if item_key in items:
                if code in ("", items[item_key].code):
                    yield number, item_key
                elif self._is_filled(number):  # two answers to which row this is
                    own = items[item_key].code
                    self._find_at(number, "code", "code-changed", code, expected=own)
                    self.disputed.update({item_key, *self.reader.keys_by_code.get(code, ())})
                continue
            candidates = self.reader.keys_by_code.get(code, ())
            if len(candidates) == 1:
                yield number, candidates[0]
            elif code and not re.fullmatch(r"\(\d+\)", code) and self._is_filled(number):
                self._find_at(number, "code", "code-unknown", code)
            elif not code and self._is_filled(number):
                title = row[title_at] if title_at is not None else ""
                if not (isinstance(title, str) and fold(title).startswith(fold(TOTAL_LABEL))):
                    self._find_at(number, "code", "row-without-key", cell_text(title))

    def _is_filled(self, number: int) -> bool:
        row = self.grid.rows[number]
        return any(row[at] != "" and clean(row[at]) != "" for _, at in self.entries)

    def _row(self, number: int, item: Item) -> ReportedRow:
        values = {name: self.grid.rows[number][at] for name, at in self.entries}
        status = self._status(number, item, values.get("status", ""))
        percent = self._percent(number, item, values.get("percent", ""), status)
        spent = self._spent(number, item, values.get("spent", ""))
        read = {"status": status, "percent": percent, "spent": spent}
        return ReportedRow(
            item=item,
            row=self.grid.top + number + 1,
            columns=self.letters,
            status=status,
            percent=percent,
            result=cell_text(values.get("result", "")),
            proof=cell_text(values.get("proof", "")),
            spent=spent,
            difficulties=cell_text(values.get("difficulties", "")),
            proposals=cell_text(values.get("proposals", "")),
            unread=frozenset(
                name for name, value in read.items() if value is None and values.get(name, "") != ""
            ),
        )

    # ---------------------------------------------------------------- values

    def _status(self, number: int, item: Item, value: object) -> str | None:
        if value == "":
            return None
        status = value if value in STATUSES else _STATUS_BY_KEY.get(key(cell_text(value)))
        if status is None:
            self._find_at(number, "status", "status-unknown", cell_text(value), item=item)
        return status

    def _percent(
        self, number: int, item: Item, value: object, status: str | None
    ) -> Decimal | None:
        if isinstance(value, str):
            value = value.strip().removesuffix("%")
        percent = self._number(number, "percent", item, value)
        if percent is None:
            return None
        if not 0 <= percent <= 100:
            shown = format_number(percent)
            self._find_at(number, "percent", "percent-out-of-range", shown, item=item)
            return None
        # Typed with a % sign, Excel stores 50% as 0.5 and 100% as 1.
        if 0 < percent < 1 or (percent == 1 and status == "Hoàn thành"):
            readings = f"{format_number(percent)}% hoặc {format_number(percent * 100)}%"
            self._find_at(
                number, "percent", "number-ambiguous", cell_text(value), item=item,
                column=FIELD_BY_NAME["percent"].heading, readings=readings,
            )  # fmt: skip
            return None
        return percent

    def _spent(self, number: int, item: Item, value: object) -> int | None:
        million = self._number(number, "spent", item, value)
        if million is None:
            return None
        if million < 0:
            self._find_at(number, "spent", "spent-negative", format_number(million), item=item)
            return None
        dong = dong_from_million(million)
        if million_from_dong(dong) != million:
            self._find_at(
                number, "spent", "spent-rounded", format_number(million), item=item,
                actual=format_number(million_from_dong(dong)),
            )  # fmt: skip
        return dong

    def _number(self, number: int, name: str, item: Item, value: object) -> Decimal | None:
        """A cell as a number; None, with a finding, where it has none or several readings."""
        if value == "":
            return None
        if isinstance(value, float | int) and not isinstance(value, bool):
            return exact(value)
        text = cell_text(value)
        readings = number_readings(text) if isinstance(value, str) else ()
        if len(readings) == 1:
            return readings[0]
        column = FIELD_BY_NAME[name].heading
        if readings:
            shown = " hoặc ".join(map(format_number, readings))
            self._find_at(
                number, name, "number-ambiguous", text, item=item, column=column, readings=shown
            )
        elif text:
            self._find_at(number, name, "not-a-number", text, item=item, column=column)
        return None

    # -------------------------------------------------------------- findings

    def _address(self, number: int, name: str) -> str:
        return self.grid.address(number, self.at.get(name, 0))

    def _find_at(
        self, number: int, name: str, code: str, value: str, item: Item | None = None, **details
    ) -> None:
        if item:
            details["item"] = item.code
        self._find(code, self._address(number, name), value, **details)

    def _find(self, code: str, cell: str, value: str, **details) -> None:
        place = Place(self.unread.file, self.grid.name, cell)
        self.findings.append(finding(code, place, value, agency=self.unread.agency, **details))


def settle_versions(returns: list[Return]) -> list[Return]:
    """Of several accepted returns of one agency, the one that arrived last counts."""
    newest: dict[str, Return] = {}
    for candidate in returns:
        if candidate.fate == ACCEPTED:
            known = newest.get(candidate.agency)
            if known is None or _age(candidate) > _age(known):
                newest[candidate.agency] = candidate
    settled = []
    for one in returns:
        chosen = newest.get(one.agency)
        if one.fate == ACCEPTED and one is not chosen:
            note = finding(
                "return-superseded", Place(one.file), agency=one.agency, chosen=chosen.file
            )
            one = replace(one, fate=SUPERSEDED, findings=(note,))
        settled.append(one)
    return settled


def _age(candidate: Return) -> tuple:
    return candidate.arrived, candidate.file
