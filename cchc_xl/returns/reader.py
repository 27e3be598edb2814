"""A returned file -> Return: what an agency reported, each value with its cell.

Renamed files and sheets, moved columns, sorted and inserted rows are read as well as the form
that was sent. What cannot be read is left out, with a finding that says where.
"""

from __future__ import annotations

import datetime
import hashlib
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import PurePath
from typing import Any

from ..errors import UnreadableFileError
from ..files import spreadsheets as sheets
from ..files.containers import container_of
from ..files.returned_workbook import ReturnedWorkbook, read_workbook
from ..files.spreadsheets import cell_text, column_letters, printed
from ..findings.finding import Place, finding
from ..plan.choices import LEAVE_OUT, Choice
from ..plan.fates import Fate
from ..plan.fields import ENTRIES, FIELD_BY_NAME, FIELDS, GIVEN, REPORTED, Field, Kind
from ..plan.model import Item, Programme, row_key
from ..plan.periods import Period
from ..plan.statuses import Status
from ..text.legacy_fonts import looks_old
from ..text.spelling import clean, few, key
from .answer_sheet import with_explanations
from .form import CONTACT_LABEL, PHONE_LABEL, ROW_KEY_HEADING, shows_budget
from .form_rows import RowFinder
from .plan_rows import PlanRows
from .recognition import FormSheet, Wanted, heading_of, recognise
from .returned import ReportedRow, Return, held_text
from .values import TypedValue, read_count, read_money, read_percent, read_status

_ENTRY_HEADINGS = {field.heading for field in ENTRIES}
_MOST_COLUMNS = 10  # of the agency's own that have a finding each
_CLOCKS_DIFFER = datetime.timedelta(hours=1)

Opener = Callable[[bytes], ReturnedWorkbook]


class ReturnReader:
    """Reads the returns of one period; what it needs of the plan is looked up once."""

    def __init__(self, programme: Programme, period: Period):
        self.programme = programme
        self.period = period
        self.plan_rows = PlanRows.of(programme)
        self.holders = {
            item_key: programme.holder(item, period)
            for item_key, item in self.plan_rows.items.items()
        }
        self.due = {
            agency: {row_key(item.plan, item.code) for items in by_plan.values() for item in items}
            for agency, by_plan in programme.rows_by_agency(period).items()
        }
        self.choices = {
            key(choice.file): choice
            for choice in programme.choices
            if choice.period == period.id and choice.reason
        }

    def read(
        self, content: bytes, file: str, arrived: datetime.datetime, opener: Opener = read_workbook
    ) -> Return:
        """Read one file, opened by `opener`. Never raises for what is in it: a file that
        cannot be used comes back rejected, with a finding."""
        unread = Return(file, hashlib.sha256(content).hexdigest(), arrived)
        # What is decided of a .zip or a mail holds for all that is in it.
        choice = self.choices.get(key(file)) or self.choices.get(key(container_of(file)))
        read = self._read(unread, content, choice, opener)
        if choice and choice.what == LEAVE_OUT:
            return _left_out(read, choice)
        return read

    def _read(
        self, unread: Return, content: bytes, choice: Choice | None, opener: Opener
    ) -> Return:
        file = unread.file
        if PurePath(file).suffix.lower() not in sheets.SUFFIXES:
            return rejected(unread, finding("file-not-a-workbook", Place(file)))
        try:
            workbook = opener(content)
        except UnreadableFileError as error:
            return rejected(unread, finding("file-unreadable", Place(file), reason=str(error)))
        saved = _believable(workbook.saved, unread.arrived, self.period)
        unread = replace(unread, saved=saved)
        what = recognise(
            workbook, file, Wanted(self.programme, self.period, self.plan_rows, choice)
        )
        unread = replace(unread, agency=what.agency)
        if what.refusal or what.form is None:
            return rejected(unread, *filter(None, [what.refusal]))
        read = _FormReader(self, unread, what.form).read()
        if read.fate == Fate.ACCEPTED:
            whose = self.programme.registry.by_name[what.agency]
            read = with_explanations(read, workbook, whose, self.period.id, self.plan_rows.items)
        return replace(read, findings=(*filter(None, [what.how]), *read.findings))


def rejected(unread: Return, *why) -> Return:
    return replace(unread, fate=Fate.REJECTED, findings=why)


def _left_out(read: Return, choice: Choice) -> Return:
    why = finding("return-left-out", Place(read.file), choice.reason, agency=read.agency)
    return replace(read, fate=Fate.EXCLUDED, rows=(), findings=(why,))


def _believable(
    saved: datetime.datetime | None, arrived: datetime.datetime, period: Period
) -> datetime.datetime | None:
    """A time of saving that can be true: not after the file came, not years before (a program
    that does not note it leaves the time our own form has)."""
    if saved is None or saved > arrived + _CLOCKS_DIFFER:
        return None
    return (
        saved if saved.year >= period.year and saved.timetuple()[1:6] != (1, 1, 0, 0, 0) else None
    )


class _FormReader:
    """Reads the rows of one form."""

    def __init__(self, reader: ReturnReader, unread: Return, form: FormSheet):
        self.reader = reader
        self.form = form
        self.grid = grid = form.grid
        self.marks = grid.marks or sheets.Marks()
        self.unread = replace(unread, sheet=grid.name)
        self.repeated = [h for h in form.repeated if h in _ENTRY_HEADINGS]
        at = {h: c for h, c in form.columns.items() if h not in self.repeated}
        self.at = {f.name: at[f.heading] for f in FIELDS if f.heading in at}
        self.key_at = at.get(ROW_KEY_HEADING)
        self.letters = {
            name: column_letters(grid.left + column) for name, column in self.at.items()
        }
        self.entries = [(f.name, self.at[f.name]) for f in ENTRIES if f.name in self.at]
        self.findings: list = []
        self.merged = self._merged_entries()

    # ------------------------------------------------------------------ rows

    def read(self) -> Return:
        agency = self.unread.agency
        heading_row = f"dòng {self.grid.top + self.form.heading + 1}"
        for field in ENTRIES:
            if field.heading in self.repeated:
                self._find("heading-repeated", heading_row, field.heading)
            elif field.name not in self.at:
                self._find("heading-missing", heading_row, field.heading)
        due = self.reader.due.get(agency, set())
        finder = RowFinder(
            self.grid, self.form.heading, self.at, self.key_at, self.reader.plan_rows
        )
        by_key: dict[str, list[int]] = {}
        disputed: set[str] = set()  # rows of which it is unclear where they stand
        elsewhere = False  # entries in rows that stand for no row of a plan
        for found in finder.rows(due, self._is_filled):
            if found.key:
                by_key.setdefault(found.key, []).append(found.number)
            if found.problem and self._is_filled(found.number):
                self._find_at(
                    found.number, found.column, found.problem, found.value, **found.details
                )
                elsewhere = elsewhere or not found.key
                disputed |= found.disputed
        rows, filled_in = [], False
        for item_key, numbers in by_key.items():
            filled = [number for number in numbers if self._is_filled(number)]
            filled_in = filled_in or bool(filled)
            row = self._row_of(item_key, numbers, filled, item_key in due)
            if row is not None:
                rows.append(row)
        if not filled_in and not elsewhere:
            blank = finding("return-blank", Place(self.unread.file, self.grid.name), agency=agency)
            return rejected(self.unread, blank)
        for item_key, item in self.reader.plan_rows.items.items():
            if item_key in due and item_key not in by_key and item_key not in disputed:
                self._find("row-missing", "", "", item=item.code)
        self._note_own_columns([number for numbers in by_key.values() for number in numbers])
        self._note_fonts()
        return replace(
            self.unread,
            fate=Fate.ACCEPTED,
            rows=tuple(rows),
            findings=tuple(self.findings),
            contact=self._contact(),
        )

    def _row_of(
        self, item_key: str, numbers: list[int], filled: list[int], is_due: bool
    ) -> ReportedRow | None:
        item = self.reader.plan_rows.items[item_key]
        if len(filled) > 1:
            cells = ", ".join(self._address(number, "code") for number in filled)
            self._find_at(filled[0], "code", "row-repeated", item.code, cells=cells, item=item)
        elif not is_due:
            if filled:
                self._find_at(filled[0], "code", "row-not-theirs", item.code, item=item)
        elif not filled:
            self._find_at(numbers[0], "code", "row-empty", "", item=item)
        elif "title" in self.at and not self.reader.plan_rows.is_title_of(
            item, title := cell_text(self.grid.rows[filled[0]][self.at["title"]])
        ):
            self._find_at(filled[0], "title", "row-of-other-work", title, item=item)
        else:
            return self._row(filled[0], item)
        return None

    def _is_filled(self, number: int) -> bool:
        row = self.grid.rows[number]
        return any(
            (row[at] != "" and clean(row[at])) or self._is_marked(number, at)
            for _, at in self.entries
        )

    def _is_marked(self, number: int, at: int) -> bool:
        """Whether an empty cell holds something all the same: an error, a formula without
        value, a part of a merged cell."""
        where = self.grid.position(number, at)
        return (
            where in self.marks.errors
            or where in self.marks.uncalculated
            or (where in self.merged and self._at_position(self.merged[where]) != "")
        )

    def _row(self, number: int, item: Item) -> ReportedRow:
        typed = {name: self._value(number, name, at, item) for name, at in self.entries}
        said: dict[str, Any] = {}
        for field in REPORTED:
            value = typed.get(field.name, "")
            read = self._read(field, number, value, item, said.get("status"))
            if read.note:
                self._find_value(number, field, read.note, value, item, **read.details)
            if read.value not in (None, ""):
                said[field.name] = read.value
        if self.grid.top + number in self.marks.hidden_rows:
            self._find_at(number, "code", "row-hidden", item.code, item=item)
        grid_row = self.grid.rows[number]
        holder = self.reader.holders[row_key(item.plan, item.code)]
        return ReportedRow(
            item=item,
            row=self.grid.top + number + 1,
            columns=self.letters,
            values=said,
            unread=frozenset(
                name
                for name, at in self.entries
                if name not in said
                and not FIELD_BY_NAME[name].kind.is_text
                and (typed[name] != "" or self._is_marked(number, at))
            ),
            has_budget=shows_budget(item, holder, self.unread.agency),
            given={
                f.name: grid_row[self.at[f.name]]
                for f in GIVEN
                if f.name in self.at and f.kind != Kind.CODE
            },
        )

    def _read(
        self, field: Field, number: int, value: object, item: Item, status: Status | None
    ) -> TypedValue:
        """What was typed into a field, by its kind."""
        where = self.grid.position(number, self.at[field.name]) if field.name in self.at else None
        is_share = where in self.marks.percents
        match field.kind:
            case Kind.STATUS:
                return read_status(value)
            case Kind.PERCENT:
                return read_percent(value, is_share, status)
            case Kind.COUNT:
                return read_count(value, is_share)
            case Kind.MONEY:
                unit = self.marks.units.get(where) if where else None
                return read_money(value, item.budget, is_share, unit)
        text, length = held_text(cell_text(value))
        if length:
            return TypedValue(text, "text-cut", {"length": str(length)})
        return TypedValue(text)

    # ---------------------------------------------------------------- values

    def _value(self, number: int, name: str, at: int, item: Item) -> object:
        """What a cell says, "" where it has no value that counts (a finding says why)."""
        where = self.grid.position(number, at)
        field = FIELD_BY_NAME[name]
        value = self.grid.rows[number][at]
        held = {where, self.merged.get(where, where)}
        if where in self.merged:
            # Some programs leave a value in a cell that a merger hides.
            value = self._at_position(self.merged[where]) or value
            if value != "":
                is_sum = field.kind in (Kind.MONEY, Kind.COUNT)  # whose it is cannot be told
                code = "cell-merged" if is_sum else "cell-shared"
                self._find_value(number, field, code, value, item)
                value = "" if is_sum else value
        if error := next((self.marks.errors[at] for at in held if at in self.marks.errors), ""):
            self._find_value(number, field, "cell-error", error, item)
            return ""
        if held & self.marks.uncalculated:
            self._find_value(number, field, "cell-uncalculated", "", item)
            return ""
        if where in self.marks.linked and value != "":
            self._find_value(number, field, "cell-linked", value, item)
        if isinstance(value, str) and looks_old(value):
            self._find_value(number, field, "text-garbled", value, item)
        return value

    def _merged_entries(self) -> dict[sheets.Position, sheets.Position]:
        """The cells of entry columns that are merged over several rows, with the first cell
        of each merger; only that holds a value."""
        columns = {self.grid.left + at for _, at in self.entries}
        merged = {}
        heading = self.grid.top + self.form.heading
        for (top, left), (bottom, right) in self.marks.merged:
            if top <= heading or bottom == top or bottom - top > len(self.grid.rows):
                continue
            for column in columns & set(range(left, right + 1)):
                merged |= {(row, column): (top, left) for row in range(top, bottom + 1)}
        return merged

    def _at_position(self, where: sheets.Position) -> object:
        row, column = where[0] - self.grid.top, where[1] - self.grid.left
        inside = 0 <= row < len(self.grid.rows) and 0 <= column < len(self.grid.rows[row])
        return self.grid.rows[row][column] if inside else ""

    def _contact(self) -> str:
        """Who filled the form in, with a telephone number."""
        parts = []
        for label in (CONTACT_LABEL, PHONE_LABEL):
            parts += [text for text in self._behind(label) if text][:1]
        return ", ".join(parts)

    def _behind(self, label: str) -> Iterator[str]:
        for row in self.grid.rows[: self.form.heading]:
            for at, value in enumerate(row):
                if isinstance(value, str) and key(value).startswith(key(label)):
                    yield value.partition(":")[2].strip()
                    following = (cell_text(cell) for cell in row[at + 1 :])
                    text = next(filter(None, following), "")
                    if not text.endswith(":"):  # the next label
                        yield text

    # -------------------------------------------------------------- findings

    def _note_own_columns(self, numbers: list[int]) -> None:
        """Columns that the form does not have, with something in rows of the plan."""
        heading = self.grid.rows[self.form.heading]
        known = {*self.form.columns.values()}
        own = [
            at
            for at, text in enumerate(heading)
            if at not in known
            and heading_of(cell_text(text)) not in self.form.repeated
            and any(cell_text(self.grid.rows[number][at]) for number in numbers)
        ]
        titles = {at: cell_text(heading[at]) or column_letters(self.grid.left + at) for at in own}
        rest = own[_MOST_COLUMNS:]
        for at in own[:_MOST_COLUMNS]:
            self._find("column-undeclared", self._heading_cell(at), titles[at])
        if rest:  # told together
            names = few([titles[at] for at in rest], _MOST_COLUMNS, "cột khác")
            self._find("column-undeclared", self._heading_cell(rest[0]), names)

    def _heading_cell(self, at: int) -> str:
        return self.grid.address(self.form.heading, at)

    def _note_fonts(self) -> None:
        if fonts := self.marks.fonts:
            names = ", ".join(sorted(set(fonts.values())))
            first = min(fonts)
            cell = f"{column_letters(first[1])}{first[0] + 1}"
            self._find("text-old-font", cell, names, count=len(fonts))

    def _address(self, number: int, name: str) -> str:
        if name not in self.at:
            return f"dòng {self.grid.top + number + 1}"
        return self.grid.address(number, self.at[name])

    def _find_value(
        self, number: int, field: Field, code: str, value: object, item: Item, **details
    ) -> None:
        """A finding on what stands in a field."""
        details = {"column": field.heading, **details}
        self._find_at(number, field.name, code, printed(value), item, **details)

    def _find_at(
        self, number: int, name: str, code: str, value: str, item: Item | None = None, **details
    ) -> None:
        if item:
            details["item"] = item.code
        self._find(code, self._address(number, name), value, **details)

    def _find(self, code: str, cell: str, value: str, **details) -> None:
        place = Place(self.unread.file, self.grid.name, cell)
        self.findings.append(finding(code, place, value, agency=self.unread.agency, **details))
