"""The sheets of the monitoring workbook that look at agencies, files and findings."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from .consolidate import AgencyResult, Ledger
from .findings import SEVERITY_NAMES, Finding
from .master_sheets import (
    RESULT_FILES,
    RESULT_FINDINGS,
    RESULT_SOURCES,
    RESULT_SUBMISSIONS,
    RESULTS,
)
from .money import sum_known
from .plan import Plan
from .results import (
    Row,
    difference,
    file_rows,
    finding_rows,
    source_rows,
    submission_rows,
)
from .statuses import ALL_STATUSES
from .vietnamese import format_date
from .workbooks import Amount, Book, Column, Formula, Sheet, cell_name, house_style, line_style

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
    formula = f'=IF(COUNT({allocated},{budget})=0,"",N({budget})-N({allocated}))'
    sheet.put_money_formula(row, 4, formula, difference(result), **style)
    amounts = Amount(3, result.budget), Amount(5, result.spent)
    sheet.put_left(row, 6, *amounts, **style)
    sheet.put_ratio(row, 7, *amounts, **style)


# ----------------------------------------------------- the tables of `results`


def write_submissions(book: Book, ledger: Ledger) -> None:
    """Who returned, when, and who is missing."""
    period = ledger.period
    due = ledger.programme.rows_by_agency(period)
    _titled_table(
        book.sheet(RESULT_SUBMISSIONS),
        f"TIẾN ĐỘ NỘP PHIẾU BÁO CÁO - {period.name.upper()}",
        f"Đã nhận {len(ledger.accepted)}/{len(due)} cơ quan; nộp trước ngày "
        f"{format_date(period.due_before)}. Ngày nhận là ngày lưu của tệp trong thư mục nhan-ve.",
        "TienDoNop",
        *_numbered(RESULT_SUBMISSIONS, submission_rows(ledger)),
    )


def write_files_received(book: Book, ledger: Ledger) -> None:
    """Every file that came, whether used or not, and why not."""
    _titled_table(
        book.sheet(RESULT_FILES),
        "CÁC TỆP ĐÃ NHẬN",
        "Mọi tệp trong thư mục nhan-ve đều có ở đây.",
        "TepNhanVe",
        *_numbered(RESULT_FILES, file_rows(ledger)),
    )


def write_findings(book: Book, findings: Sequence[Finding]) -> None:
    """Every finding with its place and the next step, errors first."""
    counts = Counter(found.severity for found in findings)
    summary = ", ".join(
        f"{counts[severity]} {name.lower()}" for severity, name in SEVERITY_NAMES.items()
    )
    _titled_table(
        book.sheet(RESULT_FINDINGS),
        "NHỮNG CHỖ CẦN XEM LẠI",
        f"Có {summary}.",
        "PhatHien",
        *_numbered(RESULT_FINDINGS, finding_rows(findings)),
    )


def write_sources(book: Book, ledger: Ledger) -> None:
    """Every reported figure with the cell it came from."""
    names = {plan.id: plan.short_name for plan in ledger.programme.plans}
    _titled_table(
        book.sheet(RESULT_SOURCES),
        "NGUỒN SỐ LIỆU",
        "Mỗi dòng là một mục do một cơ quan báo cáo, kèm tệp, trang và ô đã đọc.",
        "NguonSoLieu",
        RESULTS[RESULT_SOURCES].columns,
        [(names[plan], *row) for plan, *row in source_rows(ledger)],
    )


def _numbered(name: str, rows: list[Row]) -> tuple[tuple[Column, ...], list[Row]]:
    """The columns and rows of a table of results, with a number before each row."""
    columns = (Column("TT", 5, "centre"), *RESULTS[name].columns)
    return columns, [(number, *row) for number, row in enumerate(rows, 1)]


def _titled_table(
    sheet: Sheet, title: str, note: str, name: str, columns: tuple[Column, ...], rows: list[Row]
) -> None:
    style = house_style()
    sheet.put(0, 0, title, bold=True, font_size=style["font"]["title"])
    hint = {"italic": True, "text_wrap": True, "font_color": style["colour"]["hint"]}
    sheet.merge((1, 0), (1, len(columns) - 1), note, **hint)
    last = sheet.table(3, name, columns, rows)
    sheet.page(landscape=True, heading_rows=(3, 3), columns=len(columns), rows=last + 1)
