"""A year in small: the real plan, two periods, and the returns of some agencies, with every
figure, text and state that an output has to tell."""

from __future__ import annotations

import datetime
import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from pathlib import Path

from cchc_xl.master.opening import Loaded
from cchc_xl.plan.model import Item, Plan, Programme
from cchc_xl.returns.form import form_name, write_form
from cchc_xl.text.dates import VIETNAM
from tests.support.forms import Entries, return_form

FIRST, PERIOD = "2018-Q1", "2018-6T"
LATE, SILENT = "Sở Y tế", "Sở Tài chính"
AGENCIES = (
    "Văn phòng UBND tỉnh",
    "Sở Nội vụ",
    "Sở Tư pháp",
    "Sở Thông tin và Truyền thông",
    "Sở Khoa học và Công nghệ",
    "Sở Văn hóa, Thể thao và Du lịch",
    LATE,
    "UBND huyện Lắk",
)
SAME = "Thiếu cán bộ chuyên trách"


def entries_of(agency: str, items: Iterable[Item], period: str) -> Entries:
    """What an agency says of its rows: a fixed mixture of everything."""
    step = 1 if period == FIRST else 2
    filled: dict[str, dict[str, object]] = {}
    for number, item in enumerate(items):
        turn = (number + len(agency)) % 7
        if turn == 6:  # left blank
            continue
        done = turn in (1, 4) and step == 2
        row: dict[str, object] = {
            "status": "Hoàn thành" if done else ("Chưa thực hiện", "Đang thực hiện")[turn > 0],
            "percent": 100 if done else (0, 20 * step + turn)[turn > 0],
        }
        if turn == 5:
            row |= {"status": "Không thực hiện", "percent": None}
        if turn:
            row["result"] = f"Kết quả {agency} {item.code}"
        if done:
            row["proof"] = f"{number + 1}/BC ngày 05/6/2018"
            if item.targets:
                row["result"] = f"Đạt {item.targets[0].value}{item.targets[0].unit} của {agency}"
        if item.budget and turn != 3:
            row["spent"] = item.budget * step * (turn + 1) // 16_000 / 1_000
        if turn == 2 and step == 2:
            row["difficulties"] = SAME if number % 2 else f"Khó khăn riêng của {agency}"
            row["proposals"] = f"Bố trí thêm người cho {item.code}"
        filled[item.code] = row
    return filled


def put_return(
    loaded: Loaded,
    agency: str,
    period_id: str,
    entries: Entries,
    day: datetime.date | None = None,
    change: Callable | None = None,
) -> Path:
    """The form of an agency, filled in and put into nhan-ve, arrived on a day."""
    programme, workspace = loaded.programme, loaded.workspace
    period = programme.period_by_id[period_id]
    path = workspace.forms(period_id) / f"{form_name(period, agency)}.xlsx"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(write_form(programme, period, programme.registry.by_name[agency]))
    returned = return_form(path, workspace.inbox(period_id), entries, change=change)
    day = day or period.due_before - datetime.timedelta(days=9)
    moment = datetime.datetime.combine(day, datetime.time(9), VIETNAM).timestamp()
    os.utime(returned, (moment, moment))
    return returned


def put_returns(loaded: Loaded, period_id: str, agencies: Iterable[str] = AGENCIES) -> None:
    """The returns of a period, one of them late."""
    period = loaded.programme.period_by_id[period_id]
    rows = loaded.programme.rows_by_agency(period)
    for agency in agencies:
        items = [item for by_plan in rows[agency].values() for item in by_plan]
        late = period.due_before + datetime.timedelta(days=2) if agency == LATE else None
        put_return(loaded, agency, period_id, entries_of(agency, items, period_id), late)


def _above(code: str, other: str) -> bool:
    return f"{other}.".startswith(f"{code}.")


def cut_down(programme: Programme, kept: Mapping[str, Iterable[str]]) -> Programme:
    """The same programme with fewer rows: plan id -> the codes that stay, with all below them."""

    def of(plan: Plan) -> Plan:
        tops = tuple(kept.get(plan.id, ()))
        stays = [
            item
            for item in plan.items
            if any(_above(top, item.code) or _above(item.code, top) for top in tops)
        ]
        return replace(plan, items=tuple(stays), goals=plan.goals[:2])

    return replace(programme, plans=tuple(map(of, programme.plans)))
