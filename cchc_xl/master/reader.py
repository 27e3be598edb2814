"""The master workbook as the officers have edited it -> Programme.

Columns are found by their headings and rows put in the order of their codes, so moved and
added columns, sorted and blank rows do no harm. A text that cannot be understood becomes a
finding and counts as empty.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable, Iterator
from dataclasses import replace

from ..files.spreadsheets import WorkbookSheets, cell_text
from ..findings.catalogue import CATALOGUE
from ..findings.finding import Finding, Place, finding
from ..plan.agencies import split_names
from ..plan.model import LEVELS, Allocation, Item, Plan, Programme, code_order
from ..plan.periods import Period, period_of
from ..text.dates import Month, parse_month
from ..text.money import dong_from_million, exact
from ..text.numbers import parse_amount
from ..text.spelling import clean, key
from .goal_sheet import read_goals
from .layout import (
    AGENCIES,
    ALLOCATIONS,
    ASSIGNMENTS,
    CHOICES,
    CODE,
    EXPLANATIONS,
    FINDING_CODE,
    FINDINGS,
    GOALS,
    GROUPS,
    ITEMS,
    PERIODS,
    PLAN,
    PLANS,
    RULES,
    SETTINGS,
    TABLES,
    TITLE,
)
from .records import Record, as_date, read_registry, read_table
from .rule_sheets import read_choices, read_rules
from .typed_explanations import read_explanations


def read_master(workbook: WorkbookSheets, file: str) -> tuple[Programme, list[Finding]]:
    """The programme as the officers have edited it, and findings: those kept from reading
    the decisions (unless marked done) and those of cells that cannot be understood.

    `file` is its name, for the places of findings. Raises UnreadableFileError or
    MasterWorkbookError.
    """
    return _MasterReader(workbook, file).read()


class _MasterReader:
    def __init__(self, workbook: WorkbookSheets, file: str):
        self.workbook = workbook
        self.file = file
        self.findings: list[Finding] = []

    def rows(self, sheet: str) -> Iterator[Record]:
        return read_table(self.workbook, self.file, sheet, TABLES[sheet].headings)

    def _rows_if_any(self, sheet: str) -> Iterator[Record]:
        """The rows of a sheet that older masters do not have."""
        return self.rows(sheet) if sheet in self.workbook.names else iter(())

    def read(self) -> tuple[Programme, list[Finding]]:
        settings = {r.text("Mục"): r.text("Giá trị") for r in self.rows(SETTINGS)}
        self.registry = read_registry(self.rows(AGENCIES), self.rows(GROUPS))
        self._check_registry()
        self.assignments = {}
        for record in self.rows(ASSIGNMENTS):
            self._keep_first(self.assignments, (record.text(PLAN), _code(record)), record, CODE)
        plans = self._plans()
        year = settings.get("Năm", "")
        rules, wrong_rules = read_rules(self._rows_if_any(RULES))
        periods = tuple(self._periods())
        choices, wrong_choices = read_choices(self._rows_if_any(CHOICES), self.registry, periods)
        goals, wrong_goals = read_goals(
            self._rows_if_any(GOALS), {plan.id for plan in plans}, periods
        )
        plans = tuple(replace(plan, goals=goals.get(plan.id, ())) for plan in plans)
        explanations, wrong_explanations = read_explanations(
            self._rows_if_any(EXPLANATIONS), self.registry, periods, plans
        )
        self.findings += [*wrong_rules, *wrong_choices, *wrong_goals, *wrong_explanations]
        programme = Programme(
            year=int(year) if year.isdigit() else max((plan.year for plan in plans), default=0),
            province=settings.get("Tỉnh", ""),
            office=settings.get("Cơ quan tổng hợp", ""),
            plans=plans,
            registry=self.registry,
            periods=periods,
            rules=rules,
            choices=choices,
            explanations=explanations,
        )
        return programme, [*self._kept_findings(), *self.findings]

    # ------------------------------------------------------------ the sheets

    def _plans(self) -> tuple[Plan, ...]:
        items = self._items()
        allocations: dict[str, list[Allocation]] = {}
        for record in self.rows(ALLOCATIONS):
            budget = self._money(record, "Kinh phí (triệu đồng)")
            if budget is not None:
                agency = self._one_name(record, "Tên cơ quan")
                place = record.places["Kinh phí (triệu đồng)"]
                allocation = Allocation(record.text(PLAN), agency, budget, place)
                allocations.setdefault(allocation.plan, []).append(allocation)
        plans = []
        seen: dict[str, Record] = {}
        for record in self.rows(PLANS):
            plan_id = record.text(PLAN)
            if not self._keep_first(seen, plan_id, record, PLAN):
                continue
            if plan_id not in items:
                self.findings.append(finding("plan-empty", record.places[PLAN], plan_id))
                continue
            date = as_date(record.value("Ngày ban hành"))
            year = record.text("Năm")
            for heading, right in (("Ngày ban hành", date), ("Năm", year.isdigit())):
                if record.text(heading) and not right:
                    self._not_understood(record, heading)
            plans.append(
                Plan(
                    id=plan_id,
                    decision=record.text("Số quyết định"),
                    date=date.isoformat() if date else "",
                    title=record.text("Trích yếu"),
                    year=int(year) if year.isdigit() else 0,
                    items=tuple(
                        sorted(items.pop(plan_id, {}).values(), key=lambda i: code_order(i.code))
                    ),
                    allocations=tuple(allocations.get(plan_id, ())),
                    total=self._money(record, "Tổng kinh phí (triệu đồng)"),
                    short_name=self._short_name(record, plan_id, plans),
                )
            )
        for plan_id, rows in items.items():
            first = next(iter(rows.values()))
            self.findings.append(finding("plan-unknown", first.source, plan_id, count=len(rows)))
        return tuple(plans)

    def _short_name(self, record: Record, plan_id: str, before: list[Plan]) -> str:
        """What tells a plan from the others in tables and on sheets: no two may have the same."""
        name = record.text("Tên gọi tắt") or plan_id
        if key(name) not in {key(plan.short_name) for plan in before}:
            return name
        place = record.places["Tên gọi tắt"]
        self.findings.append(finding("plan-name-repeated", place, name, used=plan_id))
        return plan_id

    def _items(self) -> dict[str, dict[str, Item]]:
        """plan id -> code -> row. A row that cannot be placed is left out with a finding."""
        items: dict[str, dict[str, Item]] = {}
        for record in self.rows(ITEMS):
            plan_id, code = record.text(PLAN), _code(record)
            place = record.places[CODE]
            if not plan_id or not re.fullmatch(r"\w+(\.\w+)*", code):
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
            budget_holder=self._holder(who),
            reporters=reporters,
            frequency=who.text("Tần suất thu thập"),
            collector=who.text("Người thu thập số liệu"),
            report_officer=who.text("Người báo cáo"),
            source=record.places[money],
            assigned_at=who.places.get("Cơ quan báo cáo", record.places[CODE]),
        )

    def _periods(self) -> Iterator[Period]:
        seen: dict[str, Record] = {}
        for record in self.rows(PERIODS):
            period_id = record.text("Kỳ")
            if not self._keep_first(seen, period_id, record, "Kỳ"):
                continue
            months, year = record.text("Số tháng"), record.text("Năm") or period_id[:4]
            due = as_date(record.cells["Nộp trước ngày"])
            overdue = as_date(record.cells["Tính quá hạn trước ngày"])
            wrong = [
                heading
                for heading, right in (
                    ("Kỳ", re.fullmatch(r"[\w-]+", period_id)),
                    ("Năm", re.fullmatch(r"(?:19|20)\d\d", year)),
                    ("Số tháng", months in map(str, range(1, 13))),
                    ("Nộp trước ngày", due is not None),
                    (
                        "Tính quá hạn trước ngày",
                        overdue or not record.text("Tính quá hạn trước ngày"),
                    ),
                )
                if not right
            ]
            for heading in wrong:
                self._not_understood(record, heading)
            if due and not wrong:
                name = record.text("Tên kỳ") or period_id
                yield period_of(period_id, name, int(year), int(months), due, overdue)

    def _kept_findings(self) -> Iterator[Finding]:
        """What was found when the decisions were read in, unless it is settled."""
        for record in self.rows(FINDINGS):
            code, value = record.text(FINDING_CODE), record.text("Giá trị")
            now_known = code in ("name-near", "name-unknown") and (
                self.registry.resolve(value).how == "exact"
            )
            if code in CATALOGUE and not record.text("Đã xử lý") and not now_known:
                place = Place(record.text("Tệp"), record.text("Trang"), record.text("Chỗ"))
                yield Finding(code, place, value, record.text("Nội dung"), record.text("Cơ quan"))

    # ------------------------------------------------------------- the cells

    def _money(self, record: Record, heading: str) -> int | None:
        """Triệu đồng as typed -> đồng; None where the cell is empty or not a number."""
        value = record.value(heading)
        if value == "":
            return None
        if isinstance(value, float | int) and not isinstance(value, bool):
            amount = exact(value)
        else:
            amount = parse_amount(cell_text(value))
        if amount is None or amount < 0:
            self._not_understood(record, heading)
            return None
        return dong_from_million(amount)

    def _month(self, record: Record, heading: str) -> Month | None:
        value = record.value(heading)
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
                    finding("name-near", place, text, resolved=mention.name, places="")
                )
            if mention.name:
                names.append(mention.name)
            elif must_be_known:
                hint = f"; gần nhất là {mention.suggestion}" if mention.suggestion else ""
                self.findings.append(
                    finding("name-unknown", place, text, places="", suggestion=hint)
                )
            else:
                names.append(text)
        return tuple(dict.fromkeys(names))

    def _one_name(self, record: Record, heading: str) -> str:
        names = self._names(record, heading, must_be_known=True)
        return names[0] if names else ""

    def _holder(self, who: Record) -> str:
        """Money belongs to exactly one agency; a group or several names are nobody's."""
        heading = "Cơ quan sử dụng kinh phí"
        names = self._names(who, heading, must_be_known=True)
        if len(names) > 1 or any(not self.registry.is_agency(name) for name in names):
            text = who.text(heading)
            self.findings.append(finding("holder-not-one-agency", who.places[heading], text))
            return ""
        return names[0] if names else ""

    def _keep_first(self, kept: dict, of: object, record: Record, heading: str) -> bool:
        """Keep a row unless there is one of its key already, which is said."""
        if of in kept:
            value = record.text(heading)
            self.findings.append(finding("master-row-repeated", record.places[heading], value))
            return False
        kept[of] = record
        return True

    def _not_understood(self, record: Record, heading: str) -> None:
        place = record.places.get(heading) or Place(self.file)
        self.findings.append(
            finding("cell-not-understood", place, record.text(heading), column=heading)
        )

    def _check_registry(self) -> None:
        """What the registry says of itself must hold together."""
        for heading, code in (
            ("Mã cơ quan", "agency-code-repeated"),
            ("Tên cơ quan", "agency-repeated"),
        ):
            seen: dict[str, list[Record]] = {}
            for record in self.rows(AGENCIES):
                seen.setdefault(key(record.text(heading)), []).append(record)
            for value, records in seen.items():
                if value and len(records) > 1:
                    names = "; ".join(record.text("Tên cơ quan") for record in records)
                    again = records[1]
                    self.findings.append(
                        finding(code, again.places[heading], again.text(heading), names=names)
                    )
        for record in self.rows(AGENCIES):
            if record.text("Kế thừa từ ngày") and as_date(record.cells["Kế thừa từ ngày"]) is None:
                self._not_understood(record, "Kế thừa từ ngày")
        place = Place(self.file, AGENCIES)
        for agency in self.registry.agencies:
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
    value = record.value(heading)
    return value if isinstance(value, str) else cell_text(value)
