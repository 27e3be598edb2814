"""The sheets of the monitoring workbook that look at agencies, files and findings."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from .consolidate import AgencyResult, Ledger
from .findings import SEVERITY_NAMES, Finding
from .money import sum_known
from .plan import Plan
from .returns import ACCEPTED, REJECTED, SUPERSEDED, Return
from .statuses import ALL_STATUSES
from .vietnamese import format_date
from .workbooks import Amount, Book, Column, Formula, Sheet, cell_name, house_style, line_style

FATES = {
    ACCEPTED: "Đã nhận",
    SUPERSEDED: "Có bản mới hơn",
    REJECTED: "Không dùng được",
}
NOT_RETURNED = "Chưa nộp"


# ------------------------------------------------------------------ Theo cơ quan


def write_agencies(book: Book, ledger: Ledger) -> None:
    """Each agency's money and rows, plan by plan; the money against the decision's own."""
    sheet = book.sheet("Theo cơ quan")
    widths = (5, 32, 12, 12, 11, 11, 11, 9, *([9] * (len(ALL_STATUSES) + 1)))
    last = len(widths) - 1
    sheet.widths(widths)
    title = {"bold": True, "align": "center", "valign": "vcenter"}
    size = house_style()["font"]["title"]
    sheet.merge((0, 0), (0, last), "TỔNG HỢP THEO CƠ QUAN", **title, font_size=size)
    sheet.merge((1, 0), (1, last), f"Kỳ báo cáo: {ledger.period.name}", **title)
    unit = "Đơn vị tính kinh phí: triệu đồng"
    sheet.merge((2, 0), (2, last), unit, italic=True, align="right")
    _agency_headings(sheet, 3)
    row = 5
    for plan in ledger.programme.plans:
        results = [result for result in ledger.agencies if result.plan == plan.id]
        row = _agency_block(sheet, row, plan, results)
    sheet.raw.freeze_panes(5, 2)
    sheet.page(landscape=True, heading_rows=(3, 4), columns=len(widths), rows=row)


def _agency_headings(sheet: Sheet, row: int) -> None:
    style = {
        **line_style(), "bold": True, "align": "center", "valign": "vcenter", "text_wrap": True,
        "bg_color": house_style()["colour"]["heading_fill"],
    }  # fmt: skip
    money = ("Quyết định phân bổ", "Dự toán các hoạt động", "Chênh lệch", "Đã chi", "Còn lại",
             "Tỷ lệ (%)")  # fmt: skip
    counts = ("Phải báo cáo", *ALL_STATUSES)
    sheet.merge((row, 0), (row + 1, 0), "TT", **style)
    sheet.merge((row, 1), (row + 1, 1), "Cơ quan", **style)
    for start, name, headings in ((2, "Kinh phí", money), (8, "Số mục", counts)):
        sheet.merge((row, start), (row, start + len(headings) - 1), name, **style)
        for at, heading in enumerate(headings, start):
            sheet.put(row + 1, at, heading, **style)


def _agency_block(sheet: Sheet, row: int, plan: Plan, results: list[AgencyResult]) -> int:
    line, bold = line_style(), {**line_style(), "bold": True}
    columns = 9 + len(ALL_STATUSES)
    section = {**bold, "bg_color": house_style()["colour"]["task_fill"], "text_wrap": True}
    sheet.merge((row, 0), (row, columns - 1), f"{plan.short_name}: {plan.title}", **section)
    first = row + 1
    for number, result in enumerate(results, 1):
        row += 1
        sheet.put(row, 0, number, **line, align="center")
        sheet.put(row, 1, result.agency, **line, text_wrap=True)
        _agency_money(sheet, row, result, line)
        sheet.put(row, 8, sum(result.counts.values()), **line, align="center")
        for at, status in enumerate(ALL_STATUSES, 9):
            sheet.put(row, at, result.counts[status] or None, **line, align="center")
    row += 1
    sheet.put(row, 0, None, **bold)
    sheet.put(row, 1, "Tổng cộng", **bold)
    whole = AgencyResult(
        plan.id, "",
        sum_known(r.budget for r in results),
        sum_known(r.allocated for r in results),
        sum_known(r.spent for r in results),
        dict(sum((Counter(r.counts) for r in results), Counter())),
    )  # fmt: skip
    spans = [f"{cell_name(first, at)}:{cell_name(row - 1, at)}" for at in range(columns)]
    _agency_money(sheet, row, whole, bold, spans)
    for at, name in enumerate(("", *ALL_STATUSES), 8):
        value = whole.counts.get(name, 0) if name else sum(whole.counts.values())
        formula = Formula(f"=SUM({spans[at]})", value)
        sheet.put(row, at, formula, **bold, align="center")
    return row + 1


def _agency_money(
    sheet: Sheet,
    row: int,
    result: AgencyResult,
    style: dict,
    spans: list[str] | None = None,
) -> None:
    """The money columns of an agency, or of the total over `spans`."""
    for at, dong in ((2, result.allocated), (3, result.budget), (5, result.spent)):
        if spans:
            sheet.put_sum(row, at, spans[at], dong, **style)
        else:
            sheet.put_money(row, at, dong, **style)
    allocated, budget = (cell_name(row, at) for at in (2, 3))
    stated = result.budget is not None or result.allocated is not None
    difference = (result.budget or 0) - (result.allocated or 0) if stated else None
    formula = f'=IF(COUNT({allocated},{budget})=0,"",N({budget})-N({allocated}))'
    sheet.put_money_formula(row, 4, formula, difference, **style)
    amounts = Amount(3, result.budget), Amount(5, result.spent)
    sheet.put_left(row, 6, *amounts, **style)
    sheet.put_ratio(row, 7, *amounts, **style)


# ------------------------------------------------------------------ Tiến độ nộp


def write_submissions(book: Book, ledger: Ledger) -> None:
    """Who returned, when, and who is missing."""
    sheet = book.sheet("Tiến độ nộp")
    period = ledger.period
    due = ledger.programme.rows_by_agency(period)
    by_agency: dict[str, list[Return]] = {}
    for one in ledger.returns:
        by_agency.setdefault(one.agency, []).append(one)
    severities = Counter((f.agency, f.severity) for f in ledger.findings)
    rows = []
    for number, (agency, by_plan) in enumerate(due.items(), 1):
        accepted = ledger.accepted.get(agency)
        newest = accepted or max(
            by_agency.get(agency, ()), key=lambda one: one.arrived, default=None
        )
        day = newest.arrived.date() if newest else None
        # "Trước ngày": the due day itself is one day late.
        late = (day - period.due_before).days + 1 if day and day >= period.due_before else None
        unit = ledger.programme.registry.by_name[agency]
        rows.append(
            (
                number,
                agency,
                FATES[newest.fate] if newest else NOT_RETURNED,
                day,
                late,
                sum(map(len, by_plan.values())),
                len(accepted.rows) if accepted else None,
                severities[agency, "error"] or None,
                severities[agency, "warning"] or None,
                newest.file if newest else "",
                unit.email,
                unit.phone,
            )
        )
    returned = len(ledger.accepted)
    last = _titled_table(
        sheet,
        f"TIẾN ĐỘ NỘP PHIẾU BÁO CÁO - {period.name.upper()}",
        f"Đã nhận {returned}/{len(due)} cơ quan; nộp trước ngày {format_date(period.due_before)}. "
        "Ngày nhận là ngày lưu của tệp trong thư mục nhan-ve.",
        "TienDoNop",
        columns := (
            Column("TT", 5, "centre"),
            Column("Cơ quan", 34),
            Column("Tình trạng", 14, "centre"),
            Column("Ngày nhận", 12, "date"),
            Column("Trễ (ngày)", 8, "number"),
            Column("Số mục phải báo cáo", 10, "number"),
            Column("Số mục đã báo cáo", 10, "number"),
            Column("Lỗi", 7, "number"),
            Column("Cảnh báo", 8, "number"),
            Column("Tệp", 36),
            Column("E-mail", 22),
            Column("Điện thoại", 13, "code"),
        ),
        rows,
    )
    _print_wide(sheet, last + 1, len(columns))


def write_files_received(book: Book, ledger: Ledger) -> None:
    """Every file that came, whether used or not, and why not."""
    columns = (
        Column("TT", 5, "centre"),
        Column("Tệp", 46),
        Column("Cơ quan", 32),
        Column("Kết quả", 16, "centre"),
        Column("Ngày nhận", 12, "date"),
        Column("Lý do", 44),
        Column("Mã kiểm tra SHA-256", 36),
    )
    rows = []
    for number, one in enumerate(ledger.returns, 1):
        why = "" if one.fate == ACCEPTED else "\n".join(f.message for f in one.findings)
        day = one.arrived.date()
        rows.append((number, one.file, one.agency, FATES[one.fate], day, why, one.sha256))
    sheet = book.sheet("Tệp nhận về")
    note = "Mọi tệp trong thư mục nhan-ve đều có ở đây."
    last = _titled_table(sheet, "CÁC TỆP ĐÃ NHẬN", note, "TepNhanVe", columns, rows)
    _print_wide(sheet, last + 1, len(columns))


# ------------------------------------------------------------ Phát hiện and Nguồn


def write_findings(book: Book, findings: Iterable[Finding]) -> None:
    """Every finding with its place and the next step, errors first."""
    ordered = sorted(findings, key=lambda found: found.sort_key)
    counts = Counter(found.severity for found in ordered)
    summary = ", ".join(
        f"{counts[severity]} {name.lower()}" for severity, name in SEVERITY_NAMES.items()
    )
    sheet = book.sheet("Phát hiện")
    columns = (
        Column("TT", 5, "centre"),
        Column("Mức độ", 10, "centre"),
        Column("Cơ quan", 26),
        Column("Tệp", 30),
        Column("Trang", 14),
        Column("Ô", 9, "centre"),
        Column("Giá trị", 24),
        Column("Nội dung", 60),
        Column("Việc cần làm", 40),
    )
    last = _titled_table(
        sheet,
        "NHỮNG CHỖ CẦN XEM LẠI",
        f"Có {summary}.",
        "PhatHien",
        columns,
        [
            (
                number, SEVERITY_NAMES[f.severity], f.agency, *f.place, f.value, f.message,
                f.action,
            )
            for number, f in enumerate(ordered, 1)
        ],
    )  # fmt: skip
    _print_wide(sheet, last + 1, len(columns))


def write_sources(book: Book, ledger: Ledger) -> None:
    """Every reported figure with the cell it came from."""
    sheet = book.sheet("Nguồn số liệu")
    names = {plan.id: plan.short_name for plan in ledger.programme.plans}
    columns = (
        Column("Kế hoạch", 16),
        Column("Mã", 8, "code"),
        Column("Cơ quan báo cáo", 30),
        Column("Trạng thái", 15, "centre"),
        Column("Tỷ lệ (%)", 9, "percent"),
        Column("Đã chi (triệu đồng)", 12, "money"),
        Column("Kết quả đạt được", 36),
        Column("Văn bản kiểm chứng", 20),
        Column("Khó khăn, vướng mắc", 24),
        Column("Đề xuất, kiến nghị", 24),
        Column("Tệp", 32),
        Column("Trang", 15),
        Column("Ô", 7, "centre"),
    )
    shown = ("status", "percent", "spent", "result", "proof", "difficulties", "proposals",
             "file", "sheet", "cell")  # fmt: skip
    facts = ledger.facts.astype(object).where(ledger.facts.notna(), None)
    rows = [
        (names[line.plan], line.code, line.agency, *(getattr(line, name) for name in shown))
        for line in facts.itertuples(index=False)
    ]
    last = _titled_table(
        sheet,
        "NGUỒN SỐ LIỆU",
        "Mỗi dòng là một mục do một cơ quan báo cáo, kèm tệp, trang và ô đã đọc.",
        "NguonSoLieu",
        columns,
        rows,
    )
    _print_wide(sheet, last + 1, len(columns))


def _titled_table(
    sheet: Sheet, title: str, note: str, name: str, columns: tuple[Column, ...], rows: list
) -> int:
    style = house_style()
    sheet.put(0, 0, title, bold=True, font_size=style["font"]["title"])
    hint = {"italic": True, "text_wrap": True, "font_color": style["colour"]["hint"]}
    sheet.merge((1, 0), (1, len(columns) - 1), note, **hint)
    return sheet.table(3, name, columns, rows)


def _print_wide(sheet: Sheet, rows: int, columns: int) -> None:
    sheet.page(landscape=True, heading_rows=(3, 3), columns=columns, rows=rows)
