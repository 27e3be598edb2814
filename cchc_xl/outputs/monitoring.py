"""Ledger -> the outputs of a period: the monitoring workbook with the official appendices and the
sheets behind them, and the report that cites it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from ..files.spreadsheets import OpenedWorkbook
from ..findings.finding import Finding
from ..findings.severity import Severity
from ..ledger.ledger import Ledger
from ..ledger.lineage import Lineage
from ..plan.figures import FigureId
from ..writing.book import Book
from ..writing.cells import Written
from ..writing.figure_index import write_figure_index
from ..writing.garbage import few_collections
from .appendices import write_appendices, write_other_plans
from .charts import write_charts
from .citations import Citations, verify
from .history import write_changes, write_periods
from .key_figures import write_key_figures
from .overview import (
    write_citations,
    write_explanations,
    write_files_received,
    write_findings,
    write_sources,
    write_submissions,
)
from .report import write_report
from .sheet_names import KEY_FIGURES
from .summaries import write_agencies, write_tasks
from .watchlists import write_late, write_matrices, write_targets


class Outputs(NamedTuple):
    """The workbook of a period, where each figure stands in it, and the report (None where none
    was asked for)."""

    workbook: bytes
    figures: Mapping[FigureId, Sequence[Written]]
    report: bytes | None = None


@few_collections()
def write_outputs(
    ledger: Ledger,
    earlier: Sequence[Ledger] = (),
    plan_findings: Iterable[Finding] = (),
    with_report: bool = False,
) -> Outputs:
    """The outputs of a period. `earlier` are the ledgers of the year's past periods;
    `plan_findings` are those of the plan itself.

    Raises TemplateError for a template that cannot be used, or whose text would say something
    else than the workbook.
    """
    book = Book(f"Theo dõi cải cách hành chính {ledger.period.name}")
    lineage = Lineage(ledger, earlier)
    so_far = [*earlier, ledger]
    write_appendices(book, lineage, so_far)
    summary = book.sheet(KEY_FIGURES)
    write_agencies(book, lineage)
    write_tasks(book, lineage)
    write_late(book, ledger)
    write_targets(book, ledger)
    write_other_plans(book, lineage)
    write_matrices(book, ledger)
    write_periods(book, lineage, so_far)
    write_changes(book, lineage, so_far)
    write_charts(book, so_far)
    write_key_figures(book, summary, so_far)
    write_submissions(book, ledger)
    write_files_received(book, ledger)
    to_see = [found for found in ledger.findings if found.severity != Severity.TRIAL]
    write_findings(book, [*to_see, *plan_findings])
    write_explanations(book, ledger)
    write_sources(book, ledger)
    if not with_report:
        write_figure_index(book)
        return Outputs(book.to_bytes(), book.figures)
    report = write_report(so_far, Citations(book.figures))
    write_citations(book, report.citations)
    write_figure_index(book)
    workbook = book.to_bytes()
    verify(report.citations, OpenedWorkbook(workbook))
    return Outputs(workbook, book.figures, report.content)
