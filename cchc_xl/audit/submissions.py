"""The audit of what came: the sheets Tiến độ nộp and Tệp nhận về against the journal."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from ..master.layout import NOT_RETURNED
from ..plan.fates import Fate
from ..text.spelling import clean
from .figures import Figures
from .issued import Issued, Table


class Came(NamedTuple):
    """What came from an agency that must report: the return that counts, else the newest;
    `answered` is the file that the agency is answered about, the newest not used where that came
    later."""

    agency: str
    state: str
    accepted: bool
    file: str = ""
    arrived: datetime.datetime | None = None
    late: int | None = None
    answered: str = ""

    @property
    def punctuality(self) -> str:
        if not self.accepted:
            return self.state
        return "Trễ" if self.late else "Đúng hạn"


def what_came(figures: Figures, returns: Sequence[Mapping[str, str]]) -> dict[str, Came]:
    """By agency, in the registry's order; `returns` are those of the journal's record."""
    period = figures.period
    came = {}
    for agency in figures.programme.rows_by_agency(period):
        own = [one for one in returns if one["agency"] == agency]
        counts = [one for one in own if one["fate"] == "accepted"]
        if not own:
            came[agency] = Came(agency, NOT_RETURNED, accepted=False)
            continue
        newest = counts[0] if counts else max(own, key=lambda one: _moment(one["arrived"]))
        arrived = _moment(newest["arrived"])
        # Punctual by the first that could be used; "before a day" makes the day itself one late.
        usable = [_moment(o["arrived"]) for o in own if o["fate"] in ("accepted", "superseded")]
        late = (min(usable, default=arrived).date() - period.due_before).days + 1
        asked = max(
            (o for o in own if o["fate"] in ("accepted", "rejected")),
            key=lambda o: (_moment(o["arrived"]), o["fate"] == "accepted"),
            default={"file": ""},
        )
        came[agency] = Came(
            agency,
            Fate(newest["fate"]).words,
            bool(counts),
            newest["file"],
            arrived,
            late if late > 0 else None,
            asked["file"],
        )
    return came


def _moment(text: str) -> datetime.datetime:
    return datetime.datetime.fromisoformat(text)


def check_submissions(
    issued: Issued, now: Figures, came: dict[str, Came], findings: Mapping[tuple[str, str], int]
) -> None:
    page = issued.page("Tiến độ nộp")
    headings = (
        "TT",
        "Cơ quan",
        "Tình trạng",
        "Ngày nhận",
        "Trễ (ngày)",
        "Số mục phải báo cáo",
        "Số mục đã báo cáo",
        "Lỗi",
        "Cảnh báo",
        "Tệp",
    )
    table = Table.of(page, headings) if page else None
    if page is None or table is None:
        return
    found = table.rows(("Cơ quan",)).match([(clean(name),) for name in came], "Cơ quan")
    at = table.columns
    for number, (name, one) in enumerate(came.items(), 1):
        row = found.get((clean(name),))
        if row is None:
            continue
        own = [fact for fact in now.facts if fact.agency == name]
        reported = [fact for fact in own if fact.came]
        page.number(row, at["TT"], f"{name}: số thứ tự", number)
        page.words(row, at["Tình trạng"], f"{name}: Tình trạng", one.state)
        page.day(row, at["Ngày nhận"], f"{name}: Ngày nhận", one.arrived)
        page.number(row, at["Trễ (ngày)"], f"{name}: Trễ (ngày)", one.late)
        page.count(row, at["Số mục phải báo cáo"], f"{name}: Số mục phải báo cáo", len(own))
        number = len(reported) if one.accepted else 0
        page.count(
            row,
            at["Số mục đã báo cáo"],
            f"{name}: Số mục đã báo cáo",
            number,
            now.sources("status", reported),
        )
        for severity in ("Lỗi", "Cảnh báo"):
            count = findings.get((one.answered, severity), 0) if one.answered else 0
            page.count(row, at[severity], f"{name}: {severity} trong trang Phát hiện", count)
        page.words(row, at["Tệp"], f"{name}: tệp", one.file)
    due = now.period.due_before
    accepted = sum(one.accepted for one in came.values())
    page.numbers_in(2, 1, "Lời ghi đầu trang", [accepted, len(came), due.day, due.month, due.year])


def check_files(issued: Issued, returns: Sequence[Mapping[str, str]]) -> None:
    """Every file of the journal's record, with what became of it."""
    page = issued.page("Tệp nhận về")
    headings = ("TT", "Tệp", "Cơ quan", "Kết quả", "Ngày nhận", "Lưu lúc", "Mã kiểm tra SHA-256")
    table = Table.of(page, headings) if page else None
    if page is None or table is None:
        return
    at = table.columns
    rows = table.rows(("Tệp", "Mã kiểm tra SHA-256"))
    labels = [(clean(one["file"]), one["sha256"]) for one in returns]
    found = rows.match(labels, "Tệp nhận về")
    for number, (one, names) in enumerate(zip(returns, labels, strict=True), 1):
        row = found.get(names)
        if row is None or labels.count(names) > 1:
            continue
        name = one["file"]
        page.number(row, at["TT"], f"{name}: số thứ tự", number)
        page.words(row, at["Cơ quan"], f"{name}: cơ quan", one["agency"])
        page.words(row, at["Kết quả"], f"{name}: kết quả", Fate(one["fate"]).words)
        arrived = _moment(one["arrived"])
        page.day(row, at["Ngày nhận"], f"{name}: ngày nhận", arrived)
        saved = _moment(one["saved"]).astimezone(arrived.tzinfo) if one["saved"] else None
        page.day(row, at["Lưu lúc"], f"{name}: lưu lúc", saved)
