"""The sheets of the monitoring workbook that look at agencies, files and findings."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from ..files.containers import container_of
from ..findings.finding import SEVERITY_NAMES, Finding
from ..ledger.facts import Fact
from ..ledger.ledger import Ledger
from ..ledger.result_rows import Row, counts_to_see, file_rows, finding_rows, submissions
from ..master.layout import (
    AGENCY,
    CODE,
    EXPLANATIONS,
    PLAN,
    RESULT_FILES,
    RESULT_FINDINGS,
    RESULT_SOURCES,
    RESULT_SUBMISSIONS,
)
from ..master.result_tables import RESULTS
from ..plan.fields import REPORTED
from ..plan.figures import (
    ARRIVED,
    CAME,
    DUE,
    DUE_DAY,
    FILE_ARRIVED,
    FILE_FATE,
    FILE_SAVED,
    FOUND,
    LATE,
    STATE,
    FigureId,
    explained_as,
    told,
)
from ..text.dates import format_date
from ..writing.cells import Column, Traced
from ..writing.table_pages import FIRST_ROW, write_table_page
from ..writing.workbooks import Book
from .citations import Citation
from .sheet_names import CITATIONS


def write_submissions(book: Book, ledger: Ledger) -> None:
    """Who returned, when, and who is missing."""
    period = ledger.period
    due = ledger.programme.rows_by_agency(period)
    write_table_page(
        book,
        RESULT_SUBMISSIONS,
        f"TIẾN ĐỘ NỘP PHIẾU BÁO CÁO - {period.name.upper()}",
        f"Đã nhận {len(ledger.accepted)}/{len(due)} cơ quan; nộp trước ngày "
        f"{format_date(period.due_before)}. Ngày nhận là ngày của bức thư hay ngày lưu "
        "của tệp trong thư mục nhan-ve; trễ tính theo phiếu dùng được đầu tiên của cơ quan.",
        ("TienDoNop", _numbered_columns(_SUBMISSION_COLUMNS), _submission_rows(ledger)),
        told=[FigureId(what) for what in (CAME, DUE, DUE_DAY)],
    )


_SUBMISSION_COLUMNS = (
    Column(AGENCY, 34),
    Column("Tình trạng", 15, "centre"),
    Column("Ngày nhận", 12, "date"),
    Column("Trễ (ngày)", 8, "number"),
    Column("Số mục phải báo cáo", 10, "number"),
    Column("Số mục đã báo cáo", 10, "number"),
    Column("Lỗi", 7, "number"),
    Column("Cảnh báo", 8, "number"),
    Column("Tệp", 36),
    Column("E-mail", 22),
    Column("Điện thoại", 13),
)


def _submission_rows(ledger: Ledger) -> list[Row]:
    """Who returned, when, and who is missing."""
    to_see = counts_to_see(ledger)
    due = ledger.programme.rows_by_agency(ledger.period)
    rows: list[Row] = []
    for number, one in enumerate(submissions(ledger), 1):
        unit = ledger.programme.registry.by_name[one.agency]
        counts = to_see.get(one.agency, Counter())
        figures = (
            (STATE, one.state),
            (ARRIVED, one.newest.arrived.date() if one.newest else None),
            (LATE, one.late),
            ("due", sum(map(len, due[one.agency].values()))),
            ("reported", len(one.newest.rows) if one.newest and one.accepted else None),
            *((FOUND + severity, counts[severity] or None) for severity in ("error", "warning")),
        )
        rows.append(
            (
                number,
                one.agency,
                *(Traced(value, FigureId(what, agency=one.agency)) for what, value in figures),
                one.newest.file if one.newest else "",
                unit.email,
                unit.phone,
            )
        )
    return rows


def write_files_received(book: Book, ledger: Ledger) -> None:
    """Every file that came, whether used or not, and why not."""
    write_table_page(
        book,
        RESULT_FILES,
        "CÁC TỆP ĐÃ NHẬN",
        "Mọi tệp trong thư mục nhan-ve đều có ở đây.",
        ("TepNhanVe", *_numbered(RESULT_FILES, [_traced_file(row) for row in file_rows(ledger)])),
        with_texts=True,
    )


def _traced_file(row: Row) -> Row:
    file, agency, *figures = row
    traced = (
        Traced(value, FigureId(what, code=str(file), agency=str(agency)))
        for what, value in zip((FILE_FATE, FILE_ARRIVED, FILE_SAVED), figures, strict=False)
    )
    return file, agency, *traced, *figures[3:]


def write_findings(book: Book, findings: Sequence[Finding]) -> None:
    """Every finding with its place and the next step, errors first."""
    counts = Counter(found.severity for found in findings)
    summary = ", ".join(
        f"{counts[severity]} {name.lower()}" for severity, name in SEVERITY_NAMES.items()
    )
    # What an officer copies to the sheet Giải trình is needed in the master alone.
    rows = [row[:_TOLD_OF_FINDING] for row in finding_rows(findings)]
    columns, rows = _numbered(RESULT_FINDINGS, rows)
    write_table_page(
        book,
        RESULT_FINDINGS,
        "NHỮNG CHỖ CẦN XEM LẠI",
        f"Có {summary}.",
        ("PhatHien", columns[: _TOLD_OF_FINDING + 1], rows),
        told=[FigureId(FOUND + severity) for severity in SEVERITY_NAMES],
        with_texts=True,
    )


_TOLD_OF_FINDING = 8


_WITH_CELLS = tuple(field for field in REPORTED if field.cell_heading)
_SOURCE_COLUMNS = (
    *RESULTS[RESULT_SOURCES].columns[: 3 + len(REPORTED)],
    Column("Tệp", 34),
    Column("Trang", 15),
    *(Column(f.cell_heading, 8 if f.name == "status" else 7, "centre") for f in _WITH_CELLS),
    Column("Nhận lúc", 15, "centre"),
)
_FILE_AT = 3 + len(REPORTED)


def write_sources(book: Book, ledger: Ledger) -> None:
    """Every reported figure with the cells it came from; the file's name opens the file."""
    names = {plan.id: plan.short_name for plan in ledger.programme.plans}
    rows = []
    for fact in ledger.facts:
        one = ledger.accepted.get(fact.agency) if fact.file else None
        rows.append(
            (
                names[fact.plan],
                fact.code,
                fact.agency,
                *(_source_cell(fact, field.name) for field in REPORTED),
                fact.file,
                fact.sheet,
                *(fact.cells.get(field.name, "") for field in _WITH_CELLS),
                f"{one.arrived:%H:%M %d/%m/%Y}" if one else "",
            )
        )
    sheet = write_table_page(
        book,
        RESULT_SOURCES,
        "NGUỒN SỐ LIỆU",
        "Mỗi dòng là một mục do một cơ quan báo cáo, kèm tệp, trang và các ô đã đọc. Bấm vào tên "
        "tệp để mở phiếu đúng chỗ (khi sổ này còn nằm trong thư mục tong-hop).",
        ("NguonSoLieu", _SOURCE_COLUMNS, rows),
    )
    for row, fact in enumerate(ledger.facts[:_MOST_LINKS], FIRST_ROW):
        if fact.file:
            path = f"../nhan-ve/{container_of(fact.file)}"
            sheet.link_file(row, _FILE_AT, path, fact.sheet, fact.cell, fact.file)


def _source_cell(fact: Fact, name: str) -> object:
    """A reported figure or text, which others are made of or quote."""
    # The spending of an agency is that of its own money; here it is what it reported.
    what = "reported spent" if name == "spent" else name
    return Traced(fact[name], FigureId(what, fact.plan, fact.code, fact.agency))


_MOST_LINKS = 60_000  # Excel takes 65.530 on a sheet


_EXPLANATION_COLUMNS = (
    Column("TT", 5, "centre"),
    Column(AGENCY, 24),
    Column(PLAN, 13),
    Column(CODE, 8),
    Column("Điều được giải trình", 30),
    Column("Giá trị", 14),
    Column("Giải trình", 46),
    Column("Kỳ", 16, "centre"),
    Column("Tệp", 28),
    Column("Trang", 12),
    Column("Ô", 7, "centre"),
    Column("Nguồn", 20),
    Column("Tình trạng", 14, "centre"),
)
_EXPLAINED_FILE_AT = 8


def write_explanations(book: Book, ledger: Ledger) -> None:
    """What agencies answered to warnings, where they did, and whether it still holds; nothing
    where there is nothing."""
    if not ledger.explanations:
        return
    programme, here = ledger.programme, ledger.period.id
    rows = [
        (
            number,
            one.agency,
            programme.plan_by_id[one.plan].short_name,
            one.code,
            Traced(one.what, explained_as("explained", one)),
            Traced(one.value, explained_as("explained value", one)),
            Traced(one.text, explained_as("explanation", one)),
            programme.period_by_id[one.period].name,
            *one.place,
            one.source,
            Traced(state, explained_as("explained state", one)),
        )
        for number, (one, state) in enumerate(ledger.explanations, 1)
    ]
    sheet = write_table_page(
        book,
        EXPLANATIONS,
        "GIẢI TRÌNH CỦA CÁC CƠ QUAN",
        "Giải trình có hiệu lực khi từ kỳ đó số liệu vẫn là giá trị được giải trình; chỗ đó khi ấy "
        "chỉ còn là ghi chú ở trang Phát hiện.",
        ("GiaiTrinh", _EXPLANATION_COLUMNS, rows),
    )
    for row, (one, _) in enumerate(ledger.explanations[:_MOST_LINKS], FIRST_ROW):
        folder = ".." if one.period == here else f"../../{one.period}"
        path = f"{folder}/nhan-ve/{container_of(one.place.file)}"
        if not one.handling:  # what officers typed stands in the master
            sheet.link_file(row, _EXPLAINED_FILE_AT, path, *one.place[1:], one.place.file)


def _numbered(name: str, rows: list[Row]) -> tuple[tuple[Column, ...], list[Row]]:
    """The columns and rows of a table of results, with a number before each row."""
    columns = _numbered_columns(RESULTS[name].columns)
    return columns, [(number, *row) for number, row in enumerate(rows, 1)]


def _numbered_columns(columns: Sequence[Column]) -> tuple[Column, ...]:
    return (Column("TT", 5, "centre"), *columns)


# ------------------------------------------------------------------ of the report

_CITATION_COLUMNS = (
    Column("TT", 6, "centre"),
    Column("Câu trong báo cáo", 70),
    Column("Số liệu, đoạn trích", 30),
    Column("Là", 26),
    Column("Trang", 18),
    Column("Ô", 9, "centre"),
)


def write_citations(book: Book, citations: Sequence[Citation]) -> None:
    """Every figure and quotation of the report with its cell in this workbook."""
    rows = [
        (number, one.sentence, one.printed, told(one.figure), one.written.sheet, one.written.cell)
        for number, one in enumerate(citations, 1)
    ]
    sheet = write_table_page(
        book,
        CITATIONS,
        "DẪN CHIẾU SỐ LIỆU CỦA BÁO CÁO",
        "Mỗi số và đoạn trích trong báo cáo, câu chứa nó và ô của sổ này mà nó lấy từ đó. Bấm vào "
        "cột Ô để đến ô.",
        ("DanChieu", _CITATION_COLUMNS, rows),
    )
    for row, one in enumerate(citations[:_MOST_LINKS], FIRST_ROW):
        sheet.link_cell(row, len(_CITATION_COLUMNS) - 1, one.written)
