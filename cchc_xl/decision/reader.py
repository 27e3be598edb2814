"""A published decision -> Plan, with a finding for everything that was not plain."""

from __future__ import annotations

import itertools
import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_UP
from pathlib import Path
from typing import Any

from ..errors import NotADecisionError
from ..findings.finding import Finding, Place, finding
from ..plan.agencies import Mention, Registry
from ..plan.model import Allocation, Item, Plan
from ..text.dates import Month, is_partly_read, months_named
from ..text.money import DONG_PER_MILLION
from ..text.numbers import format_million, parse_number
from ..text.spelling import fold, key
from .appendix import Appendix, PrintedRow, read_appendices
from .assignments import assign
from .documents import read_document
from .goals import read_goals
from .preamble import Preamble, read_preamble

_FREQUENCY = re.compile(r"(?:hang|moi|dinh ky)\s|thuong xuyen|\d+ lan|lan/nam|dot xuat")
_NO_MONTH = re.compile(r"thuong xuyen|hang (?:nam|quy|thang)|theo yeu cau|^$")


@dataclass(frozen=True)
class Decision:
    """What a decision file says: its plan, the province, the days reports are due before
    ("6T" -> (6, 1)), and what was not plain in its reading. Whether its figures agree is
    for `proofs.prove_plan` to say."""

    plan: Plan
    province: str
    due: dict[str, tuple[int, int]]
    findings: tuple[Finding, ...]


def read_decision(path: Path, registry: Registry) -> Decision:
    """Read a decision file (see `documents` for the kinds).

    Raises UnreadableFileError when the file cannot be opened and NotADecisionError when it
    holds no plan.
    """
    lines = read_document(path)
    appendices = read_appendices(lines)
    plans = [appendix for appendix in appendices if appendix.is_plan]
    if not plans:
        raise NotADecisionError(
            f"{path.name} không phải quyết định ban hành kế hoạch: không thấy bảng có các cột "
            "STT, Nội dung, Cơ quan chủ trì. Chọn lại tệp."
        )
    preamble = read_preamble(lines)
    if not (preamble.year or preamble.date or preamble.likely_year):
        raise NotADecisionError(
            f"{path.name} không ghi năm của kế hoạch. Thêm dòng “Về việc ban hành Kế hoạch … năm "
            "20…” vào đầu văn bản rồi nạp lại."
        )
    reader = _Reader(preamble, registry, path.name)
    plan = reader.plan(plans, [appendix for appendix in appendices if not appendix.is_plan])
    plan, to_confirm = assign(plan, registry)
    plan = replace(plan, goals=read_goals(lines, plan.id))
    findings = (*reader.findings, *to_confirm)
    return Decision(plan, preamble.province, preamble.due, findings)


class _Reader:
    """Reads one decision; collects findings and every spelling of a name as it goes."""

    def __init__(self, preamble: Preamble, registry: Registry, file: str):
        self.preamble = preamble
        self.registry = registry
        self.file = file
        self.findings = list(preamble.findings)
        self.spellings: dict[Mention, list[Place]] = defaultdict(list)
        self.year = preamble.year or _year_of_effect(preamble.date) or preamble.likely_year
        number = preamble.number.partition("/")[0]
        self.plan_id = f"{number}-{preamble.date[:4]}" if number else fold(Path(file).stem)

    def plan(self, plans: list[Appendix], monitoring: list[Appendix]) -> Plan:
        for appendix in (*plans, *monitoring):
            self.findings += appendix.findings
        budget_table = next((a for a in plans if a.has_budget), None)
        self.dong_per_unit = DONG_PER_MILLION
        if budget_table:
            stated = _dong_per_unit(budget_table)
            self.dong_per_unit = stated or DONG_PER_MILLION
            if not stated:
                self.findings.append(finding("unit-missing", budget_table.place))
        rows = self._rows(plans)
        monitored = self._rows(monitoring)
        items: dict[str, Item] = {}
        for code, row in rows.items():
            items[code] = self._item(row, monitored.get(code), items.get(row.parent))
        if monitored:
            self._compare(rows, monitored)
        self._compare_people(monitored.values())
        allocations = self._allocations()
        self._report_names()
        return Plan(
            id=self.plan_id,
            decision=self.preamble.number,
            date=self.preamble.date,
            title=self.preamble.title,
            year=self.year,
            items=tuple(items.values()),
            allocations=allocations,
            total=self._total(budget_table),
            short_name=_short_name(self.preamble),
        )

    def _rows(self, appendices: list[Appendix]) -> dict[str, PrintedRow]:
        """code -> row over all tables of one kind; a code stands in one of them only."""
        rows: dict[str, PrintedRow] = {}
        for row in (row for appendix in appendices for row in appendix.rows):
            if row.code in rows:
                self._note("code-repeated", row, row["title"])
            rows.setdefault(row.code, row)
        return rows

    def _note(self, code: str, row: PrintedRow, value: str = "", **facts: Any) -> None:
        self.findings.append(finding(code, row.place, value, item=row.code, **facts))

    # -------------------------------------------------------------- one row

    def _item(self, row: PrintedRow, monitored: PrintedRow | None, parent: Item | None) -> Item:
        watch = monitored or row  # one table may hold both
        deadline = row["deadline"] or row["end"]
        first, last = self._months(row, deadline)
        start = self._months(row, row["start"])[1] if row["start"] else first
        return Item(
            plan=self.plan_id,
            code=row.code,
            level=row.level,
            parent=row.parent,
            title=row["title"] or watch["title"],
            indicator=row["indicator"] or watch["indicator"],
            evidence=row["evidence"] or watch["evidence"],
            start=start,
            end=last,
            deadline=deadline,
            budget=self._budget(row),
            leads=self._names(row, "lead"),
            coordinating=self._names(row, "coordinating"),
            frequency=self._frequency(watch) or (parent.frequency if parent else ""),
            collector=watch["collector"] or (parent.collector if parent else ""),
            report_officer=watch["report_officer"] or (parent.report_officer if parent else ""),
            source=row.place,
            assigned_at=row.place,
        )

    def _months(self, row: PrintedRow, text: str) -> tuple[Month | None, Month | None]:
        """(first, last) month that a text names; a single one is the last."""
        named = months_named(text, self.year)
        if is_partly_read(text) or not (named or _NO_MONTH.search(fold(text))):
            self._note("month-not-understood", row, text)
        if not named:
            return None, None
        return min(named) if len(named) > 1 else None, max(named)

    def _budget(self, row: PrintedRow) -> int | None:
        text = row["budget"]
        if not text:
            return None
        amount = parse_number(text)
        if amount is None:
            self._note("amount-not-understood", row, text)
            return None
        return int((amount * self.dong_per_unit).to_integral_value(ROUND_HALF_UP))

    def _frequency(self, row: PrintedRow) -> str:
        text = row["frequency"]
        if text and not _FREQUENCY.search(fold(text)):
            self._note("frequency-not-understood", row, text)
            return ""
        return text

    def _names(self, row: PrintedRow, column: str) -> tuple[str, ...]:
        mentions = self.registry.mentions(row[column])
        for mention in mentions:
            self.spellings[mention].append(row.place)
        return tuple(mention.name or mention.text for mention in mentions)

    # --------------------------------------------------------------- tables

    def _total(self, budget_table: Appendix | None) -> int | None:
        """The money in all: the largest total of the table (the others are of its parts).
        What the decision says in its articles must be the same."""
        totals = [
            (int(amount * self.dong_per_unit), row)
            for row in (budget_table.totals if budget_table else ())
            if (amount := parse_number(row["budget"])) is not None
        ]
        if not totals:
            return self.preamble.total
        total, row = max(totals, key=lambda pair: pair[0])
        if self.preamble.total is not None and self.preamble.total != total:
            self.findings.append(
                finding(
                    "totals-differ",
                    row.place,
                    format_million(total),
                    other=format_million(self.preamble.total),
                )
            )
            return self.preamble.total
        return total

    def _compare(self, rows: dict[str, PrintedRow], monitored: dict[str, PrintedRow]) -> None:
        """The same rows stand in both tables, with the same words."""
        for code, row in rows.items():
            if code not in monitored:
                self._note("code-only-in-budget", row)
        for code, row in monitored.items():
            if code not in rows:
                self._note("code-only-in-monitoring", row)
                continue
            names = {"title": "nội dung", "indicator": "chỉ số", "evidence": "tài liệu kiểm chứng"}
            for column, name in names.items():
                text, other = rows[code][column], row[column]
                if text and other and key(text) != key(other):
                    self._note("texts-differ", row, text, field=name, other=other)

    def _compare_people(self, rows: Iterable[PrintedRow]) -> None:
        """Two collectors whose names differ by little may be one person."""
        from rapidfuzz import fuzz

        first_place: dict[str, Place] = {}
        for row in rows:
            if row["collector"]:
                first_place.setdefault(row["collector"], row.place)
        for one, other in itertools.combinations(first_place, 2):
            if fuzz.ratio(fold(one), fold(other)) >= 92:
                self.findings.append(
                    finding("person-spelt-two-ways", first_place[other], other, other=one)
                )

    def _allocations(self) -> tuple[Allocation, ...]:
        """The amounts by agency; every list of them in the decision must say the same."""
        by_agency: dict[str, Allocation] = {}
        for number, amounts in enumerate(self.preamble.allocation_lists):
            for amount in amounts:
                mention = self.registry.resolve(amount.name)
                self.spellings[mention].append(amount.place)
                agency = mention.name or amount.name
                known = by_agency.get(agency)
                if known is None and number == 0:
                    by_agency[agency] = Allocation(self.plan_id, agency, amount.dong, amount.place)
                elif known is None or known.budget != amount.dong:
                    self.findings.append(
                        finding(
                            "allocations-differ-inside",
                            amount.place,
                            format_million(amount.dong),
                            agency=agency,
                            other=format_million(known.budget) if known else "không có",
                        )
                    )
        return tuple(by_agency.values())

    def _report_names(self) -> None:
        """One finding for each spelling that is not the registry's, with all its places."""
        for mention, places in self.spellings.items():
            if mention.how == "exact":
                continue
            cells = list(dict.fromkeys(place.cell for place in places))
            more = f" ({len(cells)} chỗ: {', '.join(cells)})" if len(cells) > 1 else ""
            self.findings.append(
                finding("name-near", places[0], mention.text, resolved=mention.name, places=more)
                if mention.name
                else finding(
                    "name-unknown",
                    places[0],
                    mention.text,
                    places=more,
                    suggestion=f"; gần nhất là {mention.suggestion}" if mention.suggestion else "",
                )
            )


def _year_of_effect(date: str) -> int:
    """The year a plan without one in its title is for: a decision of the last quarter plans
    the year to come."""
    if not date:
        return 0
    year, month = int(date[:4]), int(date[5:7])
    return year + 1 if month >= 10 else year


_UNITS = (
    (r"\bt[ỷỉ]\b", 10**9),
    (r"\btr(?:iệu)?\b|1\.?000\.?000", DONG_PER_MILLION),
    (r"\b(?:nghìn|ngàn)\b|1\.?000", 1000),
    (r"\b(?:đồng|đ|vnd|vnđ)\b", 1),
)


def _dong_per_unit(appendix: Appendix) -> int | None:
    """What the numbers of the money column count in; None where the table does not say."""
    for text in (appendix.heading.texts["budget"], appendix.unit):
        for pattern, dong in _UNITS:
            if re.search(pattern, text.casefold()):
                return dong
    return None


def _short_name(preamble: Preamble) -> str:
    """How a sheet is called after the plan: "Nghị quyết 07", "QĐ 3598"."""
    if found := re.search(r"Nghị quyết(?: số)? (\d+)", preamble.title):
        return f"Nghị quyết {found[1]}"
    return f"QĐ {preamble.number.partition('/')[0]}".strip()
