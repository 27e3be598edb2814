"""Ledger -> workbooks to mail to agencies: what each one owes, and what is known from it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from ..findings.finding import Finding
from ..findings.severity import Severity
from ..ledger.facts import Fact
from ..ledger.ledger import AgencyResult, Ledger
from ..ledger.result_rows import submissions
from ..plan.agencies import slug
from ..plan.fates import Fate
from ..plan.model import Item
from ..plan.periods import Period
from ..plan.statuses import STATUS_COLOURS, Status
from ..returns.form import shows_budget
from ..returns.returned import Return
from ..text.dates import format_date
from ..text.money import sum_known
from ..writing.book import Book, Sheet
from ..writing.cells import (
    VIETNAMESE,
    Column,
    Formula,
    cell_name,
    cells_by_heading,
    cells_of,
    line_style,
    position,
    share_formula,
)
from ..writing.garbage import few_collections
from ..writing.templates import house_style

_LONGEST_NAME = 80  # in a file name; systems refuse very long ones


class _WorkRow(NamedTuple):
    """A row of the plan as it stands on the agency's form, and what it says of it."""

    plan: str
    item: Item
    budget: int | None
    fact: Fact
    to_do: str


_TITLE, _BUDGET, _STATUS, _PERCENT, _SPENT = (
    "Nội dung công việc",
    "Dự toán",
    "Trạng thái",
    "Tỷ lệ (%)",
    "Đã chi lũy kế",
)
_WORK = (
    Column("Kế hoạch", 13, shows=lambda row: row.plan),
    Column("Mã", 7, "code", lambda row: row.item.code),
    Column(_TITLE, 32, shows=lambda row: row.item.title),
    Column("Thời gian", 13, "centre", lambda row: row.item.time),
    Column(_BUDGET, 11, "money", lambda row: row.budget),
    Column(_STATUS, 11, "centre", lambda row: row.fact.status),
    Column(_PERCENT, 9, "centre", lambda row: row.fact.percent),
    Column("Kết quả đạt được", 27, shows=lambda row: row.fact["result"]),
    Column("Văn bản kiểm chứng", 16, shows=lambda row: row.fact["proof"]),
    Column(_SPENT, 10, "money", lambda row: row.fact.spent),
    Column("Khó khăn", 17, shows=lambda row: row.fact["difficulties"]),
    Column("Đề xuất", 17, shows=lambda row: row.fact["proposals"]),
    Column("Ô trong phiếu", 9, "centre", lambda row: row.fact.cell),
    Column("Việc cần làm", 19, shows=lambda row: row.to_do),
)
_TO_SEE = (
    Column("Mức độ", 11, "centre", lambda found: found.severity.words),
    Column("Tệp", 32, shows=lambda found: found.place.file),
    Column("Trang", 16, shows=lambda found: found.place.sheet),
    Column("Ô", 8, "centre", lambda found: found.place.cell),
    Column("Giá trị", 20, shows=lambda found: found.value),
    Column("Nội dung", 52, shows=lambda found: found.message),
    Column("Việc cần làm", 46, shows=lambda found: found.fix),
)
# Of an agency in a plan, right of the plan's name; they have the columns of the table below.
_STANDING = (
    Column("Phải báo cáo", 0, "plain number", lambda one: one.due),
    Column("Đã báo cáo", 0, "plain number", lambda one: one.due - one.counts[Status.NOT_REPORTED]),
    Column("Hoàn thành", 0, "plain number", lambda one: one.counts[Status.DONE]),
    Column("Quá hạn", 0, "plain number", lambda one: one.counts[Status.OVERDUE]),
    Column("Dự toán", 0, "money", lambda one: one.budget),
    Column("Đã chi", 0, "money", lambda one: one.spent),
    Column(
        "Tỷ lệ chi (%)",
        0,
        "share",
        lambda one: one.share,
        formula=share_formula("Dự toán", "Đã chi"),
    ),
)
_STANDING_AT = 3


class _Share(NamedTuple):
    """What concerns one agency: its rows with the facts reported for them, its money and
    counts plan by plan, its files that were not used, and what it is asked to look at."""

    agency: str
    rows: list[tuple[Item, Fact]]
    results: list[AgencyResult]
    refused: list[Return]
    findings: list[Finding]


@few_collections()
def agency_handouts(ledger: Ledger) -> dict[str, bytes]:
    """Agency -> its workbook, for every agency that must report in the period."""
    return {share.agency: _agency_workbook(ledger, share) for share in _shares(ledger)}


def _shares(ledger: Ledger) -> Iterator[_Share]:
    for agency, by_plan in ledger.programme.rows_by_agency(ledger.period).items():
        refused = _refused(ledger, agency)
        files = {one.file for one in (ledger.accepted.get(agency), *refused) if one}
        yield _Share(
            agency,
            [
                (item, ledger.facts_of(item.plan, item.code)[agency])
                for items in by_plan.values()
                for item in items
            ],
            [
                one
                for one in ledger.agencies
                if one.agency == agency and (one.plan in by_plan or one.budget is not None)
            ],
            refused,
            [
                found
                for found in ledger.findings
                if found.severity in (Severity.ERROR, Severity.WARNING)
                and found.is_for_agency
                and found.place.file in files
            ],
        )


def _refused(ledger: Ledger, agency: str) -> list[Return]:
    """An agency's files that were not used, and that it has not sent anew since."""
    accepted = ledger.accepted.get(agency)
    return [
        one
        for one in ledger.returns
        if one.fate in (Fate.REJECTED, Fate.EXCLUDED)
        and not (accepted and one.arrived <= accepted.arrived)
        and one.agency == agency
    ]


def _agency_workbook(ledger: Ledger, share: _Share) -> bytes:
    book = Book(f"Theo dõi cải cách hành chính {ledger.period.name} - {share.agency}")
    sheet = book.sheet("Việc được giao")
    sheet.widths(column.width for column in _WORK)
    _agency_heading(sheet, ledger, share)
    at = _received(sheet, 4, ledger, share)
    at = _counts(sheet, at + 1, ledger, share)
    _work(sheet, at + 1, ledger, share)
    if share.findings:
        _to_see(book.sheet("Cần xem lại"), ledger, share)
    return book.to_bytes()


def _agency_heading(sheet: Sheet, ledger: Ledger, share: _Share) -> None:
    last, period = len(_WORK) - 1, ledger.period
    style = {"align": "center", "valign": "vcenter", "text_wrap": True}
    size = house_style()["font"]["title"]
    sheet.merge((0, 0), (0, last), share.agency.upper(), bold=True, font_size=size, **style)
    title = f"TÌNH HÌNH THỰC HIỆN CẢI CÁCH HÀNH CHÍNH - {period.name.upper()}"
    sheet.merge((1, 0), (1, last), title, bold=True, **style)
    note = (
        f"{ledger.programme.office} gửi để cơ quan đối chiếu với phiếu đã nộp. Kinh phí tính bằng "
        f"triệu đồng, lũy kế từ đầu năm; quá hạn tính đến ngày "
        f"{format_date(period.overdue_before)}."
    )
    hint = {"italic": True, "font_color": house_style()["colour"]["hint"], **style}
    sheet.merge((2, 0), (2, last), note, **hint)


def _received(sheet: Sheet, row: int, ledger: Ledger, share: _Share) -> int:
    """What came and what was refused, a line each; gives the row after them."""
    period, accepted = ledger.period, ledger.accepted.get(share.agency)
    colour = house_style()["colour"]
    lines: list[tuple[str, str, str]] = []
    if accepted:
        late = next(o.late or 0 for o in submissions(ledger) if o.agency == share.agency)
        shade = colour["error" if late else "done"]
        corrected = not late and period.days_late(accepted.arrived.date())
        first = " (theo phiếu đầu tiên)" if corrected else ""
        lines.append(("Phiếu đã nhận", f"{_file_line(accepted, late)}{first}", shade))
    else:
        lines.append(("Phiếu đã nhận", "Chưa nhận được phiếu dùng được", colour["error"]))
    for one in share.refused:
        why = " ".join(found.message for found in one.findings)
        lines.append(("Phiếu không dùng", f"{_file_line(one)}. {why}", colour["error"]))
    lines.append(("Hạn nộp", f"Trước ngày {format_date(period.due_before)}", ""))
    for at, (label, text, shade) in enumerate(lines, row):
        shaded = {"font_color": shade} if shade else {}
        sheet.merge((at, 0), (at, 1), label, bold=True)
        sheet.merge((at, 2), (at, len(_WORK) - 1), text, text_wrap=True, **shaded)
    return row + len(lines)


def _file_line(one: Return, late: int | None = None) -> str:
    told = "" if late is None else f", trễ {late} ngày" if late else ", đúng hạn"
    return f"{one.file}, nhận ngày {format_date(one.arrived.date())}{told}"


def _counts(sheet: Sheet, row: int, ledger: Ledger, share: _Share) -> int:
    """How the agency stands in each plan; gives the row after it. The money is that of the
    plan's ledger: what the agency holds, whoever reports it."""
    heading = {
        **line_style(),
        "bold": True,
        "text_wrap": True,
        "align": "center",
        "valign": "vcenter",
        "bg_color": house_style()["colour"]["heading_fill"],
    }
    sheet.merge((row, 0), (row, _STANDING_AT - 1), "Kế hoạch", **heading)
    for at, column in enumerate(_STANDING, _STANDING_AT):
        sheet.put(row, at, column.heading, **heading)
    line = {**line_style(), "align": "center", "indent": 0}
    names = {plan.id: plan.short_name for plan in ledger.programme.plans}
    for result in share.results:
        row += 1
        plan = names[result.plan]
        sheet.merge((row, 0), (row, _STANDING_AT - 1), plan, **line_style(), text_wrap=True)
        named = cells_by_heading(_STANDING, row, _STANDING_AT)
        for at, column in enumerate(_STANDING, _STANDING_AT):
            sheet.put_cell(row, at, column, column.cell(result), named, **line)
    row += 1
    rows = [(_own_budget(ledger, item, share.agency), fact.spent) for item, fact in share.rows]
    below = [sum_known(amounts) for amounts in zip(*rows, strict=True)]
    held = [sum_known(r.budget for r in share.results), sum_known(r.spent for r in share.results)]
    if below != held:
        note = (
            "Kinh phí trên tính cho cơ quan sử dụng, nên khác bảng dưới: có việc mà một cơ quan "
            "báo cáo và cơ quan khác sử dụng kinh phí."
        )
        sheet.merge((row, 0), (row, len(_WORK) - 1), note, italic=True)
        row += 1
    return row


def _own_budget(ledger: Ledger, item: Item, agency: str) -> int | None:
    """A row's budget where it stands on this agency's form."""
    holder = ledger.programme.holder(item, ledger.period)
    return item.budget if shows_budget(item, holder, agency) else None


def _work(sheet: Sheet, row: int, ledger: Ledger, share: _Share) -> None:
    """The agency's rows as a table, with totals of those that a filter leaves in sight."""
    names = {plan.id: plan.short_name for plan in ledger.programme.plans}
    cells = _cells_to_mend(share.findings)
    rows = [
        _WorkRow(
            names[item.plan],
            item,
            _own_budget(ledger, item, share.agency),
            fact,
            _to_do(ledger, item, fact, cells),
        )
        for item, fact in share.rows
    ]
    last = sheet.table(row, "ViecDuocGiao", _WORK, [cells_of(_WORK, one) for one in rows])
    percent_at, status_at = position(_WORK, _PERCENT), position(_WORK, _STATUS)
    for at, one in enumerate(rows, row + 1):
        percent = one.fact.percent
        whole = percent is None or float(percent).is_integer()
        decimals = VIETNAMESE + ("0" if whole else "0.0")
        sheet.put(at, percent_at, percent, **line_style(), align="center", num_format=decimals)
    sheet.colour_words((row + 1, status_at), (last, status_at), STATUS_COLOURS)
    _totals(sheet, row + 1, last, rows)
    # The block above is too high to stay in sight; Excel shows a table's headings by itself.
    sheet.raw.freeze_panes(0, position(_WORK, _TITLE) + 1)
    sheet.page(landscape=True, heading_rows=(row, row), columns=len(_WORK), rows=last + 2)


def _totals(sheet: Sheet, first: int, last: int, rows: Sequence[_WorkRow]) -> None:
    """How many rows a filter leaves in sight, and their money: empty where none is known."""
    bold = {**line_style(), "bold": True}
    for at, column in enumerate(_WORK):
        span = f"{cell_name(first, at)}:{cell_name(last, at)}"
        if column.heading == _STATUS:
            shown = Formula(f"=SUBTOTAL(103,{span})", len(rows))
            sheet.put(last + 1, at, shown, **bold, align="center", num_format='0" việc"')
        elif column.kind == "money":
            formula = f'=IF(SUBTOTAL(102,{span})=0,"",SUBTOTAL(109,{span}))'
            total = sum_known(column.shows(row) for row in rows)
            sheet.put_money_formula(last + 1, at, formula, total, **bold)
        else:
            told = "Tổng các dòng đang hiện" if column.heading == _TITLE else None
            sheet.put(last + 1, at, told, **bold)


def _to_do(ledger: Ledger, item: Item, fact: Fact, cells: dict[tuple, list[str]]) -> str:
    """What a row asks of its agency, in a few words."""
    period, end = ledger.period, item.end.last_day if item.end else None
    past = (period.overdue_before - end).days if end else 0
    status = fact.status
    asked = []
    if status == Status.NOT_REPORTED:
        asked.append("Chưa báo cáo trạng thái" if fact.cells else "Chưa báo cáo")
        asked += [f"Hạn đã qua {past} ngày"] if past > 0 else []
    elif status == Status.OVERDUE:
        asked.append(f"Quá hạn {past} ngày: báo cáo lý do")
    elif status not in (Status.DONE, Status.CANCELLED) and end:
        asked.append(f"Hạn {format_date(end)}")
    at = fact.file, fact.sheet, "".join(re.findall(r"\d+$", fact.cell))
    return "\n".join([*asked, *cells.get(at, ())])


def _cells_to_mend(findings: Sequence[Finding]) -> dict[tuple, list[str]]:
    """(file, sheet, row) -> what is to be done in its cells."""
    marked: dict[tuple, dict[str, list[str]]] = {}
    for found in findings:
        cell = re.fullmatch(r"[A-Z]+(\d+)", found.place.cell)
        if cell and found.code != "row-empty":  # that is said of the row as a whole
            verb = "Sửa" if found.severity == Severity.ERROR else "Xem lại"
            row = marked.setdefault((found.place.file, found.place.sheet, cell[1]), {})
            row.setdefault(verb, []).append(cell[0])
    return {
        at: [f"{verb} ô {', '.join(dict.fromkeys(found))}" for verb, found in verbs.items()]
        for at, verbs in marked.items()
    }


def _to_see(sheet: Sheet, ledger: Ledger, share: _Share) -> None:
    style = house_style()
    last = len(_TO_SEE) - 1
    title = f"NHỮNG CHỖ CẦN XEM LẠI - {share.agency.upper()}"
    sheet.merge(
        (0, 0), (0, last), title, bold=True, font_size=style["font"]["title"], text_wrap=True
    )
    note = (
        f"Sửa trong phiếu rồi gửi lại cho {ledger.programme.office}. Lỗi: số liệu chưa được tính; "
        "Cảnh báo: đã tính, đề nghị kiểm tra."
    )
    hint = {"italic": True, "text_wrap": True, "font_color": style["colour"]["hint"]}
    sheet.merge((1, 0), (1, last), note, **hint)
    rows = [cells_of(_TO_SEE, found) for found in share.findings]
    end = sheet.table(3, "CanXemLai", _TO_SEE, rows)
    sheet.page(landscape=True, heading_rows=(3, 3), columns=len(_TO_SEE), rows=end + 1)


# ------------------------------------------------------------------------ files


def handout_paths(folder: Path, period: Period, names: Mapping[str, str]) -> dict[str, Path]:
    """Who -> the file for them, called after the name given for them. Two names may differ in
    diacritics, signs or case only, and Windows takes no two files that differ in case."""
    paths: dict[str, Path] = {}
    used: set[str] = set()
    for who, name in names.items():
        stem = unique = f"Theo-doi_{period.id}_{slug(name)[:_LONGEST_NAME]}"
        number = 2
        while unique.casefold() in used:
            unique = f"{stem}_{number}"
            number += 1
        used.add(unique.casefold())
        paths[who] = folder / f"{unique}.xlsx"
    return paths
