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
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import PurePath
from typing import NamedTuple

from . import sheets
from .errors import UnreadableFileError
from .findings import Finding, Place, finding
from .forms import FIELD_BY_NAME, FIELDS, ROW_KEY_HEADING, TOTAL_LABEL, row_key, shows_budget
from .money import DONG_PER_MILLION, dong_from_million, exact, million_from_dong
from .periods import Period
from .plan import Item, Programme
from .recognition import FormSheet, recognise
from .sheets import OpenedWorkbook, cell_text, column_letters, printed
from .statuses import DONE, REPORTED_STATUSES
from .vietnamese import clean, fold, format_number, key, number_readings

ACCEPTED, SUPERSEDED, REJECTED = "accepted", "superseded", "rejected"

# More than a country spends on this; an account number in the wrong cell.
_LARGEST_DONG = 10**15
_NOTHING: frozenset[str] = frozenset()
_SAME_WORK = 60  # titles at least this similar (0-100) are one, mended since
_ENTRIES = tuple(field.name for field in FIELDS if not field.given)
_ENTRY_HEADINGS = {field.heading for field in FIELDS if not field.given}
_STATUS_BY_KEY = {key(status): status for status in REPORTED_STATUSES}


class ReportedRow(NamedTuple):
    """What one agency reported for one row of a plan; None or "" where nothing (readable)
    stands. `percent` is 0-100, `spent` in đồng. `columns` gives each field's letters,
    `unread` the fields that hold something that could not be read, `has_budget` whether
    the row's budget stands on this agency's form."""

    item: Item
    row: int
    columns: dict[str, str]
    status: str | None = None
    percent: Decimal | None = None
    result: str = ""
    proof: str = ""
    spent: int | None = None
    difficulties: str = ""
    proposals: str = ""
    unread: frozenset[str] = frozenset()
    has_budget: bool = True

    def cell(self, name: str) -> str:
        """The address of a field: "K12", or the row where the form has no such column."""
        letters = self.columns.get(name)
        return f"{letters}{self.row}" if letters else f"dòng {self.row}"


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
        self.plan_ids = programme.plan_by_id.keys()
        self.keys_by_code: dict[str, list[str]] = {}
        for item_key, item in self.items.items():
            self.keys_by_code.setdefault(item.code, []).append(item_key)
        self.money_of_plan = {
            plan.id: sum(leaf.budget or 0 for leaf in plan.leaves) for plan in programme.plans
        }
        self.holders = {
            item_key: programme.holder(item, period) for item_key, item in self.items.items()
        }
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
            what = recognise(workbook, file, self.registry, self.period, self.plan_ids)
        except UnreadableFileError as error:
            return _rejected(unread, finding("file-unreadable", Place(file), reason=str(error)))
        unread = replace(unread, agency=what.agency)
        if what.refusal or what.form is None:
            return _rejected(unread, *filter(None, [what.refusal]))
        return _FormReader(self, unread, what.form).read()


def _rejected(unread: Return, *why: Finding) -> Return:
    return replace(unread, fate=REJECTED, findings=why)


class _FormReader:
    """Reads the rows of one form."""

    def __init__(self, reader: ReturnReader, unread: Return, form: FormSheet):
        self.reader = reader
        self.grid = grid = form.grid
        self.unread = replace(unread, sheet=grid.name)
        self.heading = form.heading
        self.repeated = [h for h in form.repeated if h in _ENTRY_HEADINGS]
        at = {h: c for h, c in form.columns.items() if h not in self.repeated}
        self.at = {f.name: at[f.heading] for f in FIELDS if f.heading in at}
        self.key_at = at.get(ROW_KEY_HEADING)
        self.letters = {
            name: column_letters(grid.left + column) for name, column in self.at.items()
        }
        self.entries = [(name, self.at[name]) for name in _ENTRIES if name in self.at]
        self.findings: list[Finding] = []
        self.disputed: set[str] = set()  # rows of which it is unclear where they stand
        self.has_other_entries = False  # in rows that stand for no row of a plan

    def read(self) -> Return:
        agency = self.unread.agency
        heading_row = f"dòng {self.grid.top + self.heading + 1}"
        for name in _ENTRIES:
            heading = FIELD_BY_NAME[name].heading
            if heading in self.repeated:
                self._find("heading-repeated", heading_row, heading)
            elif name not in self.at:
                self._find("heading-missing", heading_row, heading)
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
            elif self._is_other_work(filled[0], item):
                title = cell_text(self.grid.rows[filled[0]][self.at["title"]])
                self._find_at(filled[0], "title", "row-of-other-work", title, item=item)
            else:
                rows.append(self._row(filled[0], item))
        if not filled_in and not self.has_other_entries:
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
                    self.has_other_entries = True
                    self._find_at(number, "code", "code-changed", code, expected=own)
                    self.disputed.update({item_key, *self.reader.keys_by_code.get(code, ())})
                continue
            candidates = self.reader.keys_by_code.get(code, ())
            if len(candidates) == 1:
                yield number, candidates[0]
            elif code and not re.fullmatch(r"\(\d+\)", code) and self._is_filled(number):
                self.has_other_entries = True
                self._find_at(number, "code", "code-unknown", code)
            elif not code and self._is_filled(number):
                title = row[title_at] if title_at is not None else ""
                if not (isinstance(title, str) and fold(title) == fold(TOTAL_LABEL)):
                    self.has_other_entries = True
                    self._find_at(number, "code", "row-without-key", cell_text(title))

    def _is_filled(self, number: int) -> bool:
        row = self.grid.rows[number]
        return any(row[at] != "" and clean(row[at]) for _, at in self.entries)

    def _is_other_work(self, number: int, item: Item) -> bool:
        """Whether the form was made when this code stood for something else."""
        if "title" not in self.at:
            return False
        title = self.grid.rows[number][self.at["title"]]
        if title in ("", item.title):
            return False
        from rapidfuzz import fuzz

        return fuzz.ratio(key(cell_text(title)), key(item.title)) < _SAME_WORK

    def _row(self, number: int, item: Item) -> ReportedRow:
        values = {name: self.grid.rows[number][at] for name, at in self.entries}
        status = self._status(number, item, values.get("status", ""))
        percent = self._percent(number, item, values.get("percent", ""), status)
        spent = self._spent(number, item, values.get("spent", ""))
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
            unread=self._unread(values, status=status, percent=percent, spent=spent),
            has_budget=shows_budget(
                item, self.reader.holders[row_key(item.plan, item.code)], self.unread.agency
            ),
        )

    @staticmethod
    def _unread(values: dict[str, object], **read: object) -> frozenset[str]:
        """The fields that hold something of which nothing could be read."""
        if None not in read.values():
            return _NOTHING
        return frozenset(
            n for n, value in read.items() if value is None and values.get(n, "") != ""
        )

    # ---------------------------------------------------------------- values

    def _status(self, number: int, item: Item, value: object) -> str | None:
        if value == "":
            return None
        status = value if value in REPORTED_STATUSES else _STATUS_BY_KEY.get(key(cell_text(value)))
        if status is None:
            self._find_at(number, "status", "status-unknown", printed(value), item=item)
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
        if 0 < percent < 1 or (percent == 1 and status == DONE):
            readings = f"{format_number(percent)}% hoặc {format_number(percent * 100)}%"
            self._find_at(
                number, "percent", "number-ambiguous", printed(value), item=item,
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
        likely = self._likely_in_dong(item, million)
        if likely is not None:
            self._find_at(
                number, "spent", "spent-implausible", format_number(million), item=item,
                likely=format_number(likely),
            )  # fmt: skip
            return None
        dong = dong_from_million(million)
        if million_from_dong(dong) != million:
            self._find_at(
                number, "spent", "spent-rounded", format_number(million), item=item,
                actual=format_number(million_from_dong(dong)),
            )  # fmt: skip
        return dong

    def _likely_in_dong(self, item: Item, million: Decimal) -> Decimal | None:
        """What an amount means that can only have been typed in đồng: a thousand times the
        row's budget, or on a row without one, more than the whole plan has."""
        limit = item.budget * 1000 if item.budget else self.reader.money_of_plan.get(item.plan, 0)
        too_large = dong_from_million(million) > (limit or _LARGEST_DONG)
        return million / DONG_PER_MILLION if too_large else None

    def _number(self, number: int, name: str, item: Item, value: object) -> Decimal | None:
        """A cell as a number; None, with a finding, where it has none or several readings."""
        if value == "":
            return None
        if isinstance(value, float | int) and not isinstance(value, bool):
            return exact(value)
        text = printed(value)
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
        if name not in self.at:
            return f"dòng {self.grid.top + number + 1}"
        return self.grid.address(number, self.at[name])

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
