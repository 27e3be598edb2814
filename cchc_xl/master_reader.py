"""The master workbook as the officers have edited it -> Programme.

Columns are found by their headings, so moved and added columns, sorted rows and blank
rows do no harm. A cell that cannot be understood becomes a finding and counts as empty.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import NamedTuple

from .agencies import Agency, Group, Registry, slug, split_names
from .catalogue import CATALOGUE
from .errors import MasterWorkbookError
from .findings import Finding, Place, finding
from .master import (
    AGENCIES,
    ALLOCATIONS,
    ASSIGNMENTS,
    CODE,
    FINDINGS,
    GROUPS,
    ITEMS,
    NO,
    PERIODS,
    PLAN,
    PLANS,
    SETTINGS,
    TABLES,
    TITLE,
)  # fmt: skip
from .money import dong_from_million, exact
from .periods import Period
from .plan import LEVELS, Allocation, Item, Plan, Programme
from .sheets import OpenedWorkbook, cell_text, find_columns
from .vietnamese import Month, clean, key, parse_month, parse_number


class Record(NamedTuple):
    """One row of a table: values by heading, each with its place."""

    cells: dict[str, object]
    places: dict[str, Place]

    def text(self, heading: str) -> str:
        return cell_text(self.cells.get(heading))


def read_table(
    workbook: OpenedWorkbook, file: str, sheet: str, required: Sequence[str]
) -> Iterator[Record]:
    """The rows of one of the master's sheets, blank ones left out.

    Raises MasterWorkbookError when the sheet or a required heading is missing.
    """
    if sheet not in workbook.names:
        raise MasterWorkbookError(
            f"Sổ tổng hợp {file} không có trang “{sheet}”. Khôi phục trang này từ bản sao lưu."
        )
    grid = workbook.grid(sheet)
    found = ((at, find_columns(row, TABLES[sheet].headings)) for at, row in enumerate(grid.rows))
    heading_row, columns = next(((at, c) for at, c in found if set(required) <= c.keys()), (0, {}))
    if not columns:
        raise MasterWorkbookError(
            f"Trang “{sheet}” của {file} thiếu cột {', '.join(f'“{h}”' for h in required)}. "
            "Khôi phục dòng tiêu đề."
        )
    for number in range(heading_row + 1, len(grid.rows)):
        cells = {heading: grid.rows[number][at] for heading, at in columns.items()}
        if any(value != "" for value in cells.values()):
            places = {h: Place(file, sheet, grid.address(number, at)) for h, at in columns.items()}
            yield Record(cells, places)


def read_master(content: bytes, file: str) -> tuple[Programme, list[Finding]]:
    """The programme as the officers have edited it, and findings: those kept from reading
    the decisions (unless marked done) and those of cells that cannot be understood.

    Raises UnreadableFileError or MasterWorkbookError.
    """
    return _MasterReader(OpenedWorkbook(content), file).read()


def read_registry(agencies: Iterable[Record], groups: Iterable[Record]) -> Registry:
    """The registry from records with the headings of the sheets Cơ quan and Nhóm cơ quan."""
    sets = tuple(_group(record) for record in groups if record.text("Tên nhóm"))
    written = {key(name): group.name for group in sets for name in (group.name, *group.aliases)}
    sets = tuple(replace(g, via=written.get(key(g.via), g.via)) for g in sets)
    used: set[str] = set()
    units = []
    for record in agencies:
        name = record.text("Tên cơ quan")
        if not name:
            continue
        unit_id = record.text("Mã cơ quan") or slug(name)
        while unit_id in used:
            unit_id += "-2"
        used.add(unit_id)
        units.append(
            Agency(
                id=unit_id,
                name=name,
                groups=tuple(written.get(key(n), n) for n in split_names(record.text("Nhóm"))),
                aliases=tuple(split_names(record.text("Bí danh"))),
                email=record.text("E-mail"),
                phone=record.text("Điện thoại"),
                successor=record.text("Đơn vị kế thừa"),
                succeeded_on=as_date(record.cells.get("Kế thừa từ ngày")),
            )
        )
    return Registry(tuple(units), sets)


def _group(record: Record) -> Group:
    return Group(
        name=record.text("Tên nhóm"),
        aliases=tuple(split_names(record.text("Bí danh"))),
        each=key(record.text("Từng thành viên trả lời")) != key(NO),
        via=record.text("Báo cáo qua nhóm"),
    )


class _MasterReader:
    def __init__(self, workbook: OpenedWorkbook, file: str):
        self.workbook = workbook
        self.file = file
        self.findings: list[Finding] = []

    def rows(self, sheet: str, *required: str) -> Iterator[Record]:
        return read_table(self.workbook, self.file, sheet, required)

    def read(self) -> tuple[Programme, list[Finding]]:
        settings = {r.text("Mục"): r.text("Giá trị") for r in self.rows(SETTINGS, "Mục", "Giá trị")}
        self.registry = read_registry(
            self.rows(AGENCIES, "Tên cơ quan"), self.rows(GROUPS, "Tên nhóm")
        )
        self._check_registry()
        self.assignments = {
            (r.text(PLAN), _code(r)): r
            for r in self.rows(ASSIGNMENTS, PLAN, CODE, "Cơ quan báo cáo")
        }
        plans = self._plans()
        year = settings.get("Năm", "")
        programme = Programme(
            year=int(year) if year.isdigit() else plans[0].year,
            province=settings.get("Tỉnh", ""),
            office=settings.get("Cơ quan tổng hợp", ""),
            plans=plans,
            registry=self.registry,
            periods=tuple(self._periods()),
        )
        return programme, [*self._kept_findings(), *self.findings]

    # ------------------------------------------------------------ the sheets

    def _plans(self) -> tuple[Plan, ...]:
        items = self._items()
        allocations: dict[str, list[Allocation]] = {}
        for record in self.rows(ALLOCATIONS, PLAN, "Tên cơ quan"):
            budget = self._money(record, "Kinh phí (triệu đồng)")
            if budget is not None:
                agency = self._one_name(record, "Tên cơ quan")
                place = record.places["Kinh phí (triệu đồng)"]
                allocation = Allocation(record.text(PLAN), agency, budget, place)
                allocations.setdefault(allocation.plan, []).append(allocation)
        plans = []
        for record in self.rows(PLANS, PLAN, "Số quyết định"):
            plan_id = record.text(PLAN)
            date = as_date(record.cells.get("Ngày ban hành"))
            year = record.text("Năm")
            plans.append(
                Plan(
                    id=plan_id,
                    decision=record.text("Số quyết định"),
                    date=date.isoformat() if date else "",
                    title=record.text("Trích yếu"),
                    year=int(year) if year.isdigit() else 0,
                    items=tuple(items.pop(plan_id, {}).values()),
                    allocations=tuple(allocations.get(plan_id, ())),
                    total=self._money(record, "Tổng kinh phí (triệu đồng)"),
                    short_name=record.text("Tên gọi tắt") or plan_id,
                )
            )
        for plan_id, rows in items.items():
            first = next(iter(rows.values()))
            self.findings.append(finding("plan-unknown", first.source, plan_id, count=len(rows)))
        if not any(plan.items for plan in plans):
            raise MasterWorkbookError(f"Sổ tổng hợp {self.file} không có kế hoạch nào.")
        return tuple(plans)

    def _items(self) -> dict[str, dict[str, Item]]:
        """plan id -> code -> row. A row that cannot be placed is left out with a finding."""
        items: dict[str, dict[str, Item]] = {}
        for record in self.rows(ITEMS, PLAN, CODE, TITLE):
            plan_id, code = record.text(PLAN), _code(record)
            place = record.places[CODE]
            if not plan_id or not code:
                self.findings.append(finding("row-unplaced", place, record.text(TITLE)))
            elif code in items.setdefault(plan_id, {}):
                self.findings.append(finding("code-repeated", place, code, item=code))
            else:
                items[plan_id][code] = self._item(record)
        for (plan_id, code), record in self.assignments.items():
            if code not in items.get(plan_id, {}):
                place = record.places[CODE]
                self.findings.append(finding("assignment-unknown", place, code))
        return items

    def _item(self, record: Record) -> Item:
        code = _code(record)
        who = self.assignments.get((record.text(PLAN), code), Record({}, {}))
        levels = {key(name): level for level, name in LEVELS.items()}
        reporters = self._names(who, "Cơ quan báo cáo", must_be_known=True)
        money = "Kinh phí dự toán (triệu đồng)"
        return Item(
            plan=record.text(PLAN),
            code=code,
            level=levels.get(key(record.text("Cấp")), "activity"),
            parent=code.rpartition(".")[0],
            title=record.text(TITLE),
            indicator=record.text("Chỉ số đánh giá/mục tiêu"),
            evidence=record.text("Tài liệu kiểm chứng"),
            start=self._month(record, "Từ tháng"),
            end=self._month(record, "Đến tháng"),
            deadline=record.text("Thời hạn ghi trong quyết định"),
            budget=self._money(record, money),
            leads=self._names(who, "Cơ quan chủ trì"),
            coordinating=self._names(who, "Cơ quan phối hợp"),
            budget_holder=self._one_name(who, "Cơ quan sử dụng kinh phí"),
            reporters=reporters,
            frequency=who.text("Tần suất thu thập"),
            collector=who.text("Người thu thập số liệu"),
            report_officer=who.text("Người báo cáo"),
            source=record.places.get(money) or record.places[CODE],
        )

    def _periods(self) -> Iterator[Period]:
        for record in self.rows(PERIODS, "Kỳ", "Số tháng", "Nộp trước ngày"):
            due = as_date(record.cells.get("Nộp trước ngày"))
            period_id, months = record.text("Kỳ"), record.text("Số tháng")
            year = record.text("Năm") or period_id[:4]
            if due is None or not months.isdigit() or not year.isdigit():
                heading = "Nộp trước ngày" if due is None else "Số tháng"
                self._not_understood(record, heading)
                continue
            overdue = as_date(record.cells.get("Tính quá hạn trước ngày")) or due
            name = record.text("Tên kỳ") or period_id
            yield Period(period_id, name, int(year), int(months), due, overdue)

    def _kept_findings(self) -> Iterator[Finding]:
        if FINDINGS not in self.workbook.names:
            return
        for record in self.rows(FINDINGS, "Mã phát hiện", "Nội dung"):
            if record.text("Mã phát hiện") in CATALOGUE and not record.text("Đã xử lý"):
                yield Finding(
                    record.text("Mã phát hiện"),
                    Place(record.text("Tệp"), record.text("Trang"), record.text("Chỗ")),
                    record.text("Giá trị"),
                    record.text("Nội dung"),
                    record.text("Cơ quan"),
                )

    # ------------------------------------------------------------- the cells

    def _money(self, record: Record, heading: str) -> int | None:
        """Triệu đồng as typed -> đồng; None where the cell is empty or not a number."""
        value = record.cells.get(heading, "")
        if value == "":
            return None
        if isinstance(value, float | int) and not isinstance(value, bool):
            amount = exact(value)
        else:
            amount = parse_number(cell_text(value))
        if amount is None or amount < 0:
            self._not_understood(record, heading)
            return None
        return dong_from_million(amount)

    def _month(self, record: Record, heading: str) -> Month | None:
        value = record.cells.get(heading, "")
        if isinstance(value, datetime.date):
            return Month(value.year, value.month)
        text = cell_text(value)
        month = parse_month(text, 0) if re.search(r"\d{4}", text) else None
        if text and month is None:
            self._not_understood(record, heading)
        return month

    def _names(self, record: Record, heading: str, must_be_known: bool = False) -> tuple[str, ...]:
        names = []
        for text in split_names(_lines(record, heading)):
            mention = self.registry.resolve(text)
            place = record.places[heading]
            if mention.how == "near":
                self.findings.append(
                    finding("name-near", place, text, resolved=mention.name, places=place.cell)
                )
            if mention.name:
                names.append(mention.name)
            elif must_be_known:
                hint = f"; gần nhất là {mention.suggestion}" if mention.suggestion else ""
                self.findings.append(
                    finding("name-unknown", place, text, places=place.cell, suggestion=hint)
                )
            else:
                names.append(text)
        return tuple(dict.fromkeys(names))

    def _one_name(self, record: Record, heading: str) -> str:
        names = self._names(record, heading, must_be_known=True)
        return names[0] if names else ""

    def _not_understood(self, record: Record, heading: str) -> None:
        place = record.places.get(heading) or Place(self.file)
        self.findings.append(
            finding("cell-not-understood", place, record.text(heading), column=heading)
        )

    def _check_registry(self) -> None:
        """What the registry says of itself must hold together."""
        names = [agency.name for agency in self.registry.agencies]
        place = Place(self.file, AGENCIES)
        for agency in self.registry.agencies:
            if names.count(agency.name) > 1:
                self.findings.append(finding("agency-repeated", place, agency.name))
            if agency.successor and not self.registry.resolve(agency.successor).name:
                self.findings.append(
                    finding("successor-unknown", place, agency.successor, agency=agency.name)
                )
            self._check_groups(agency.groups, place, agency.name)
        for group in self.registry.groups:
            self._check_groups((group.via,), Place(self.file, GROUPS), group.name)

    def _check_groups(self, groups: Iterable[str], place: Place, of: str) -> None:
        for name in groups:
            if name and name not in self.registry.group_by_name:
                self.findings.append(finding("group-unknown", place, name, agency=of))


def _code(record: Record) -> str:
    return clean(record.text(CODE)).rstrip(".")


def _lines(record: Record, heading: str) -> str:
    value = record.cells.get(heading, "")
    return value if isinstance(value, str) else cell_text(value)


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
