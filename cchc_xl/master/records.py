"""The master workbook's tables as records, and the registry that they hold."""

from __future__ import annotations

import datetime
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import NamedTuple

from ..errors import MasterWorkbookError
from ..files.spreadsheets import WorkbookSheets, cell_text, find_columns
from ..findings.finding import Place
from ..plan.agencies import Agency, Group, Registry, slug, split_names
from ..text.spelling import key
from .layout import NO, TABLES


class Record(NamedTuple):
    """One row of a table: values by heading, each with its place. `declared` are all headings
    that the table should have."""

    cells: dict[str, object]
    places: dict[str, Place]
    declared: Sequence[str] = ()

    def value(self, heading: str) -> object:
        """What stands there, "" where the sheet has no such column. Raises KeyError for a
        heading that the table does not declare: a fault of ours."""
        if self.declared and heading not in self.declared:
            raise KeyError(heading)
        return self.cells.get(heading, "")

    def text(self, heading: str) -> str:
        return cell_text(self.value(heading))


def read_table(
    workbook: WorkbookSheets, file: str, sheet: str, required: Sequence[str]
) -> Iterator[Record]:
    """The rows of one of the master's sheets, blank ones left out.

    Raises MasterWorkbookError when the sheet or a required heading is missing.
    """
    if sheet not in workbook.names:
        raise MasterWorkbookError(
            f"Sổ tổng hợp {file} không có trang “{sheet}”. Nếu đã đổi tên trang thì đổi lại; nếu "
            "đã xóa thì khôi phục từ bản sao lưu."
        )
    grid = workbook.grid(sheet)
    headings = TABLES[sheet].headings
    found = [find_columns(row, headings) for row in grid.rows]
    most = max(found, key=len, default={})
    heading_row, columns = next(
        ((at, c) for at, c in enumerate(found) if set(required) <= c.keys()), (0, {})
    )
    if not columns:
        missing = ", ".join(f"“{heading}”" for heading in required if heading not in most)
        raise MasterWorkbookError(
            f"Trang “{sheet}” của {file} thiếu cột {missing}. Khôi phục dòng tiêu đề."
        )
    for number in range(heading_row + 1, len(grid.rows)):
        cells: dict[str, object] = {h: grid.rows[number][at] for h, at in columns.items()}
        if any(value != "" for value in cells.values()):
            places = {h: Place(file, sheet, grid.address(number, at)) for h, at in columns.items()}
            yield Record(cells, places, headings)


def as_date(value: object) -> datetime.date | None:
    """A cell as a date; None when it is not one. Text is read as day/month/year."""
    if isinstance(value, datetime.datetime):
        return value.date()
    if isinstance(value, datetime.date):
        return value
    if found := re.fullmatch(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})", cell_text(value)):
        day, month, year = map(int, found.groups())
        try:
            return datetime.date(year, month, day)
        except ValueError:
            return None
    return None


def read_registry(agencies: Iterable[Record], groups: Iterable[Record]) -> Registry:
    """The registry from records with the headings of the sheets Cơ quan and Nhóm cơ quan."""
    sets = tuple(_group(record) for record in groups if record.text("Tên nhóm"))
    written = {key(name): group.name for group in sets for name in (group.name, *group.aliases)}
    sets = tuple(replace(g, via=written.get(key(g.via), g.via)) for g in sets)
    units = []
    names: set[str] = set()
    for record in agencies:
        name = record.text("Tên cơ quan")
        if not name or key(name) in names:  # a repeated name is one agency
            continue
        names.add(key(name))
        until = record.value("Kế thừa từ ngày") or ""
        units.append(
            Agency(
                id=record.text("Mã cơ quan") or slug(name),
                name=name,
                groups=tuple(written.get(key(n), n) for n in split_names(record.text("Nhóm"))),
                aliases=tuple(split_names(record.text("Bí danh"))),
                email=record.text("E-mail"),
                phone=record.text("Điện thoại"),
                # A day that cannot be read has not come; none at all means from the start.
                successor=record.text("Đơn vị kế thừa") if not until or as_date(until) else "",
                succeeded_on=as_date(until),
            )
        )
    # Agencies that share a code are told apart by their names, whatever their order.
    codes = Counter(unit.id for unit in units)
    units = [replace(u, id=f"{u.id}-{slug(u.name)}") if codes[u.id] > 1 else u for u in units]
    return Registry(tuple(units), sets)


def _group(record: Record) -> Group:
    return Group(
        name=record.text("Tên nhóm"),
        aliases=tuple(split_names(record.text("Bí danh"))),
        each=key(record.text("Từng thành viên trả lời")) != key(NO),
        via=record.text("Báo cáo qua nhóm"),
    )
