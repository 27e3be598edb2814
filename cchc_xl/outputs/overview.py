"""The sheets of the monitoring workbook that look at agencies, files and findings."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from typing import NamedTuple

from ..files.containers import container_of
from ..findings.finding import Finding
from ..findings.severity import Severity
from ..ledger.facts import Fact
from ..ledger.ledger import Ledger
from ..ledger.result_rows import Submission, by_severity, counts_to_see, submissions
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
from ..master.result_tables import FINDING_COLUMNS, REPORTED_COLUMNS, RESULTS
from ..plan.agencies import Agency
from ..plan.fields import REPORTED, Field
from ..plan.figures import (
    ARRIVED,
    CAME,
    DUE,
    DUE_DAY,
    FOUND,
    LATE,
    STATE,
    FigureId,
    explained_as,
    told,
)
from ..plan.model import Programme
from ..returns.returned import Return
from ..text.dates import format_date, format_moment
from ..writing.book import Book
from ..writing.cells import Column, position
from ..writing.table_pages import FIRST_ROW, write_table_page
from .citations import Citation
from .sheet_names import CITATIONS

_NUMBER = Column("TT", 5, "ordinal")
_MOST_LINKS = 60_000  # Excel takes 65.530 on a sheet


class _Submitted(NamedTuple):
    """What came from an agency, and what was found in it."""

    submission: Submission
    agency: Agency
    rows_due: int
    found: Counter[str]

    @property
    def newest(self) -> Return | None:
        return self.submission.newest


def _submitted(heading: str, width: float, kind: str, what: str, shows: Callable) -> Column:
    def figure(one: _Submitted) -> FigureId:
        return FigureId(what, agency=one.agency.name)

    return Column(heading, width, kind, shows, figure)


_SUBMISSION_COLUMNS = (
    _NUMBER,
    Column(AGENCY, 34, shows=lambda one: one.agency.name),
    _submitted("Tình trạng", 15, "centre", STATE, lambda one: one.submission.state),
    _submitted(
        "Ngày nhận",
        12,
        "date",
        ARRIVED,
        lambda one: one.newest.arrived.date() if one.newest else None,
    ),
    _submitted("Trễ (ngày)", 8, "number", LATE, lambda one: one.submission.late),
    _submitted("Số mục phải báo cáo", 10, "number", "due", lambda one: one.rows_due),
    _submitted(
        "Số mục đã báo cáo",
        10,
        "number",
        "reported",
        lambda one: len(one.newest.rows) if one.submission.accepted else None,
    ),
    _submitted(
        Severity.ERROR.words,
        7,
        "number",
        FOUND + Severity.ERROR,
        lambda one: one.found[Severity.ERROR] or None,
    ),
    _submitted(
        Severity.WARNING.words,
        8,
        "number",
        FOUND + Severity.WARNING,
        lambda one: one.found[Severity.WARNING] or None,
    ),
    Column("Tệp", 36, shows=lambda one: one.newest.file if one.newest else ""),
    Column("E-mail", 22, shows=lambda one: one.agency.email),
    Column("Điện thoại", 13, shows=lambda one: one.agency.phone),
)


def write_submissions(book: Book, ledger: Ledger) -> None:
    """Who returned, when, and who is missing."""
    period, programme = ledger.period, ledger.programme
    due, to_see = programme.rows_by_agency(period), counts_to_see(ledger)
    rows = [
        _Submitted(
            one,
            programme.registry.by_name[one.agency],
            sum(map(len, due[one.agency].values())),
            to_see.get(one.agency, Counter()),
        )
        for one in submissions(ledger)
    ]
    write_table_page(
        book,
        RESULT_SUBMISSIONS,
        f"TIẾN ĐỘ NỘP PHIẾU BÁO CÁO - {period.name.upper()}",
        f"Đã nhận {len(ledger.accepted)}/{len(due)} cơ quan; nộp trước ngày "
        f"{format_date(period.due_before)}. Ngày nhận là ngày của bức thư hay ngày lưu "
        "của tệp trong thư mục nhan-ve; trễ tính theo phiếu dùng được đầu tiên của cơ quan.",
        "TienDoNop",
        _SUBMISSION_COLUMNS,
        rows,
        told=[FigureId(what) for what in (CAME, DUE, DUE_DAY)],
    )


def write_files_received(book: Book, ledger: Ledger) -> None:
    """Every file that came, whether used or not, and why not."""
    write_table_page(
        book,
        RESULT_FILES,
        "CÁC TỆP ĐÃ NHẬN",
        "Mọi tệp trong thư mục nhan-ve đều có ở đây.",
        "TepNhanVe",
        (_NUMBER, *RESULTS[RESULT_FILES].columns),
        ledger.returns,
        with_texts=True,
    )


def write_findings(book: Book, findings: Sequence[Finding]) -> None:
    """Every finding with its place and the next step, errors first."""
    counts = Counter(found.severity for found in findings)
    summary = ", ".join(f"{counts[severity]} {severity.words.lower()}" for severity in Severity)
    write_table_page(
        book,
        RESULT_FINDINGS,
        "NHỮNG CHỖ CẦN XEM LẠI",
        f"Có {summary}.",
        "PhatHien",
        (_NUMBER, *FINDING_COLUMNS),
        by_severity(findings),
        told=[FigureId(FOUND + severity) for severity in Severity],
        with_texts=True,
    )


def _cell_column(field: Field) -> Column:
    """Where a reported figure stands in the return."""
    width = 8 if field.name == "status" else 7
    return Column(field.cell_heading, width, "centre", lambda fact: fact.cells.get(field.name, ""))


def _source_columns(ledger: Ledger) -> Sequence[Column]:
    names = {plan.id: plan.short_name for plan in ledger.programme.plans}

    def received(fact: Fact) -> str:
        one = ledger.accepted.get(fact.agency) if fact.file else None
        return format_moment(one.arrived) if one else ""

    return (
        Column(PLAN, 16, shows=lambda fact: names[fact.plan]),
        Column(CODE, 8, shows=lambda fact: fact.code),
        Column("Cơ quan báo cáo", 30, shows=lambda fact: fact.agency),
        *REPORTED_COLUMNS,
        Column("Tệp", 34, shows=lambda fact: fact.file),
        Column("Trang", 15, shows=lambda fact: fact.sheet),
        *(_cell_column(field) for field in REPORTED if field.cell_heading),
        Column("Nhận lúc", 15, "centre", received),
    )


def write_sources(book: Book, ledger: Ledger) -> None:
    """Every reported figure with the cells it came from; the file's name opens the file."""
    columns = _source_columns(ledger)
    sheet = write_table_page(
        book,
        RESULT_SOURCES,
        "NGUỒN SỐ LIỆU",
        "Mỗi dòng là một mục do một cơ quan báo cáo, kèm tệp, trang và các ô đã đọc. Bấm vào tên "
        "tệp để mở phiếu đúng chỗ (khi sổ này còn nằm trong thư mục tong-hop).",
        "NguonSoLieu",
        columns,
        ledger.facts,
    )
    file_at = position(columns, "Tệp")
    for row, fact in enumerate(ledger.facts[:_MOST_LINKS], FIRST_ROW):
        if fact.file:
            path = f"../nhan-ve/{container_of(fact.file)}"
            sheet.link_file(row, file_at, path, fact.sheet, fact.cell, fact.file)


def _explained(
    heading: str, width: float, what: str, shows: Callable, kind: str = "text"
) -> Column:
    return Column(heading, width, kind, shows, lambda row: explained_as(what, row.explanation))


def _explanation_columns(programme: Programme) -> Sequence[Column]:
    return (
        _NUMBER,
        Column(AGENCY, 24, shows=lambda row: row.explanation.agency),
        Column(PLAN, 13, shows=lambda row: programme.plan_by_id[row.explanation.plan].short_name),
        Column(CODE, 8, shows=lambda row: row.explanation.code),
        _explained("Điều được giải trình", 30, "explained", lambda row: row.explanation.what),
        _explained("Giá trị", 14, "explained value", lambda row: row.explanation.value),
        _explained("Giải trình", 46, "explanation", lambda row: row.explanation.text),
        Column("Kỳ", 16, "centre", lambda row: programme.period_by_id[row.explanation.period].name),
        Column("Tệp", 28, shows=lambda row: row.explanation.place.file),
        Column("Trang", 12, shows=lambda row: row.explanation.place.sheet),
        Column("Ô", 7, "centre", lambda row: row.explanation.place.cell),
        Column("Nguồn", 20, shows=lambda row: row.explanation.source),
        _explained("Tình trạng", 14, "explained state", lambda row: row.state, "centre"),
    )


def write_explanations(book: Book, ledger: Ledger) -> None:
    """What agencies answered to warnings, where they did, and whether it still holds; nothing
    where there is nothing."""
    if not ledger.explanations:
        return
    columns = _explanation_columns(ledger.programme)
    sheet = write_table_page(
        book,
        EXPLANATIONS,
        "GIẢI TRÌNH CỦA CÁC CƠ QUAN",
        "Giải trình có hiệu lực khi từ kỳ đó số liệu vẫn là giá trị được giải trình; chỗ đó khi ấy "
        "chỉ còn là ghi chú ở trang Phát hiện.",
        "GiaiTrinh",
        columns,
        ledger.explanations,
    )
    file_at = position(columns, "Tệp")
    for row, (one, _) in enumerate(ledger.explanations[:_MOST_LINKS], FIRST_ROW):
        folder = ".." if one.period == ledger.period.id else f"../../{one.period}"
        path = f"{folder}/nhan-ve/{container_of(one.place.file)}"
        if not one.handling:  # what officers typed stands in the master
            sheet.link_file(row, file_at, path, *one.place[1:], one.place.file)


# ------------------------------------------------------------------ of the report

_CITATION_COLUMNS = (
    Column("TT", 6, "ordinal"),
    Column("Câu trong báo cáo", 70, shows=lambda one: one.sentence),
    Column("Số liệu, đoạn trích", 30, shows=lambda one: one.printed),
    Column("Là", 26, shows=lambda one: told(one.figure)),
    Column("Trang", 18, shows=lambda one: one.written.sheet),
    Column("Ô", 9, "centre", lambda one: one.written.cell),
)


def write_citations(book: Book, citations: Sequence[Citation]) -> None:
    """Every figure and quotation of the report with its cell in this workbook."""
    sheet = write_table_page(
        book,
        CITATIONS,
        "DẪN CHIẾU SỐ LIỆU CỦA BÁO CÁO",
        "Mỗi số và đoạn trích trong báo cáo, câu chứa nó và ô của sổ này mà nó lấy từ đó. Bấm vào "
        "cột Ô để đến ô.",
        "DanChieu",
        _CITATION_COLUMNS,
        citations,
        with_texts=True,
    )
    for row, one in enumerate(citations[:_MOST_LINKS], FIRST_ROW):
        sheet.link_cell(row, position(_CITATION_COLUMNS, "Ô"), one.written)
