"""The whole job on the real plan of Đắk Lắk 2018, with illustrative returns.

The decisions are real; what the agencies "report" is made up, by a fixed rule, and says
so in every row. Some agencies are late, some missing, and some files are faulty in the
ways that real ones are.
"""

from __future__ import annotations

import datetime
import io
import os
import random
import re
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

from .. import HOME
from ..files.packages import repacked
from ..master.opening import load
from ..period.dispatch import make_forms
from ..plan.explanations import ACCEPT, Explanation
from ..plan.fields import FIELDS
from ..plan.model import Item, Programme, row_key
from ..plan.periods import Period
from ..returns.form import FORM_SHEET, IDENTITY_SHEET
from ..text.dates import VIETNAM
from ..text.money import million_from_dong
from ..text.numbers import format_number
from ..workspace.disk import write_files
from ..workspace.folders import Workspace
from .steps import Consolidation, Progress, consolidate_period, init, new_master, silent

FIRST, PERIOD = "2018-Q1", "2018-6T"
DECISIONS = ("3598-QD-UBND-2017.txt", "2784-QD-UBND-2017.txt")
MARK = "Số liệu minh họa"
_DATA = HOME / "data"

MISSING = ("Sở Ngoại vụ", "UBND huyện Ea Súp", "UBND huyện M'Drắk")
LATE = ("Sở Y tế", "UBND huyện Krông Bông")
TRUNCATED = "UBND huyện Lắk"
WRONG_PERIOD = "UBND huyện Cư Kuin"
TWICE = "Sở Tư pháp"
# The board is that of a day soon after the returns were due.
_BOARD_LATER = datetime.timedelta(days=6)
_FORMS_EARLIER = datetime.timedelta(days=30)


def decision_paths() -> list[Path]:
    """The two real decisions that ship with the package."""
    return [_DATA / name for name in DECISIONS]


def run_demo(root: Path, progress: Progress = silent) -> Consolidation:
    """Make a workspace in an empty folder and go through a whole period with it."""
    master, programme, found = init(root, decision_paths())
    programme = replace(programme, explanations=(_EXPLAINED,))
    write_files({master: new_master(programme, found)})
    loaded = load(root)
    for period_id in (FIRST, PERIOD):
        due = loaded.programme.period_by_id[period_id].due_before
        paths, _ = make_forms(loaded, period_id, progress)
        for path in paths.values():
            _set_day(path, due - _FORMS_EARLIER)
        _return_forms(loaded.workspace, loaded.programme, period_id, paths)
        done = consolidate_period(
            loaded, period_id, progress, with_report=period_id == PERIOD, day=due + _BOARD_LATER
        )
    # As it stands after a click on Tổng hợp; the plan still names the decisions it came from.
    write_files({master: new_master(programme, found, done)})
    return done


def _return_forms(
    workspace: Workspace, programme: Programme, period_id: str, paths: dict[str, Path]
) -> None:
    """Fill the issued forms the way an officer with another spreadsheet program would. What went
    before the period of the demo is a part of what that reports, and without faults."""
    period = programme.period_by_id[PERIOD]
    rows = programme.rows_by_agency(period)
    inbox = workspace.inbox(period_id)
    first = period_id == FIRST
    chance = random.Random(2018)
    files: dict[Path, bytes] = {}
    arrivals: dict[Path, datetime.date] = {}
    for number, (agency, path) in enumerate(paths.items()):
        if agency in MISSING:
            continue
        items = {item.code: item for by_plan in rows[agency].values() for item in by_plan}
        fault = None if first else _FAULTS.get(agency)
        content = _filled(path, items, period, chance, fault, halved=first)
        if agency == TRUNCATED and not first:
            content = content[: len(content) // 2]
        target = inbox / f"MINH-HOA_{path.name}"
        files[target] = content
        arrivals[target] = datetime.date(2018, 5, 18) + datetime.timedelta(days=number % 12)
        if first:
            arrivals[target] = datetime.date(2018, 3, 20) + datetime.timedelta(days=number % 12)
            continue
        if agency in LATE:
            arrivals[target] = period.due_before + datetime.timedelta(days=2 + number % 3)
        if agency == TWICE:
            older = target.with_name(f"MINH-HOA_ban-dau_{path.name}")
            files[older] = _filled(path, items, period, random.Random(1), None)
            arrivals[older] = arrivals[target] - datetime.timedelta(days=4)
    write_files(files)
    for path, day in arrivals.items():
        _set_day(path, day)


def _set_day(path: Path, day: datetime.date) -> None:
    moment = datetime.datetime.combine(day, datetime.time(9), VIETNAM).timestamp()
    os.utime(path, (moment, moment))


def _filled(
    path: Path,
    items: dict[str, Item],
    period: Period,
    chance: random.Random,
    fault: Callable | None,
    *,
    halved: bool = False,
) -> bytes:
    import openpyxl

    workbook = openpyxl.load_workbook(path)
    sheet = workbook[FORM_SHEET]
    column: dict[str, int] = {}
    row_of: dict[str, int] = {}
    for number, values in enumerate(sheet.iter_rows(values_only=True), 1):
        if "Mã" in values:
            column = {f.name: values.index(f.heading) + 1 for f in FIELDS}
        elif column and values[column["code"] - 1] in items:
            row_of[str(values[column["code"] - 1])] = number

    def enter(code: str, name: str, value: Any) -> None:
        sheet.cell(row_of[code], column[name], value)

    for code in row_of:
        report = _report(items[code], period, chance)
        for name, value in (_half_way(report) if halved else report).items():
            enter(code, name, value)
    if fault:
        fault(enter, list(row_of), workbook)
    buffer = io.BytesIO()
    workbook.save(buffer)
    return _without_time(buffer.getvalue())


def _report(item: Item, period: Period, chance: random.Random) -> dict[str, Any]:
    """What an agency might say of a row, half-way through the year."""
    over = item.end is not None and item.end.last_day < period.overdue_before
    begun = item.start is None or item.start.last_day < period.overdue_before
    luck = chance.random()
    if over and luck < 0.8:
        status, percent = "Hoàn thành", 100
    elif not begun or luck > 0.9:
        status, percent = "Chưa thực hiện", 0
    else:
        status, percent = "Đang thực hiện", chance.randrange(20, 90, 5)
    report: dict[str, Any] = {
        "status": status,
        "percent": percent,
        "result": _result(item, percent) if percent else None,
    }
    if status == "Hoàn thành":
        number = chance.randrange(10, 900)
        day = f"{chance.randrange(1, 29):02d}/{chance.randrange(3, 6)}/{period.year}"
        report["proof"] = f"{number}/BC (minh họa) ngày {day}"
    if item.budget:
        budget = million_from_dong(item.budget)
        share = Decimal(percent) / 100 * Decimal(chance.randrange(70, 101)) / 100
        report["spent"] = float((budget * share).quantize(Decimal("0.1")))
    elif item.budget == 0:
        report["spent"] = 0
    if luck > 0.85:
        report["difficulties"] = f"Kinh phí cấp chậm ({MARK.lower()})"
        report["proposals"] = f"Đề nghị bố trí kinh phí sớm ({MARK.lower()})"
    return report


def _result(item: Item, percent: int) -> str:
    """What came of it, with a figure where the plan asks for one and the work is done."""
    if percent == 100 and item.targets:
        target = item.targets[0]
        unit = "%" if target.unit == "%" else f" {target.unit}"
        return f"Đạt {format_number(target.value)}{unit} ({MARK.lower()})"
    return MARK


def _half_way(report: dict[str, Any]) -> dict[str, Any]:
    """What the same agency might have said a quarter earlier."""
    percent = report["percent"] // 10 * 5
    earlier = {**report, "percent": percent, "difficulties": None, "proposals": None}
    if report["status"] == "Hoàn thành":
        earlier |= {"status": "Đang thực hiện", "proof": None}
    if not percent:
        earlier |= {"status": "Chưa thực hiện", "result": None}
    if percent:
        earlier["result"] = MARK
    if report.get("spent"):
        earlier["spent"] = round(report["spent"] * 0.4, 1)
    return earlier


def _unreadable_entries(enter, codes: list[str], workbook) -> None:
    enter(codes[0], "spent", "mười lăm")
    enter(codes[1], "percent", 150)
    enter(codes[2], "status", "Gần xong")


def _over_budget(enter, codes: list[str], workbook) -> None:
    enter("7.3.4", "spent", 195.5)


# As an officer types it who was told by letter.
_EXPLAINED = Explanation(
    agency="Sở Văn hóa, Thể thao và Du lịch",
    rule="spent-over-budget",
    row=row_key("3598-2017", "7.3.4"),
    value="195,5",
    text=f"Thêm hai đội dự liên hoan; phần vượt lấy từ kinh phí của Sở ({MARK.lower()})",
    period=PERIOD,
    handling=ACCEPT,
    source="Công văn minh họa",
)


def _no_evidence(enter, codes: list[str], workbook) -> None:
    enter(codes[0], "status", "Hoàn thành")
    enter(codes[0], "percent", 100)
    enter(codes[0], "proof", None)


def _last_period(enter, codes: list[str], workbook) -> None:
    for cells in workbook[IDENTITY_SHEET].iter_rows():
        if cells[0].value == "period":
            cells[1].value = "2017-NAM"


_FAULTS: dict[str, Callable] = {
    "Văn phòng UBND tỉnh": _unreadable_entries,
    "Sở Văn hóa, Thể thao và Du lịch": _over_budget,
    "Sở Tài chính": _no_evidence,
    WRONG_PERIOD: _last_period,
}


def _without_time(content: bytes) -> bytes:
    """The same workbook without the time of saving, so that a demo gives the same bytes."""

    def timeless(name: str, part: bytes) -> bytes:
        if name != "docProps/core.xml":
            return part
        return re.sub(rb"\d{4}-\d\d-\d\dT[\d:]+Z", b"2018-05-01T00:00:00Z", part)

    return repacked(content, timeless)
