"""Ledger -> the monitoring workbook: the official appendices and the sheets behind them."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from typing import NamedTuple

from .appendices import write_appendices, write_other_plans
from .cells import Written
from .charts import write_charts
from .consolidate import Ledger
from .findings import Finding
from .history import write_changes, write_periods
from .lineage import Lineage
from .overview import (
    write_files_received,
    write_findings,
    write_sources,
    write_submissions,
)
from .summaries import write_agencies, write_tasks
from .watchlists import write_late, write_matrices, write_targets
from .workbooks import Book


class Monitoring(NamedTuple):
    """The workbook of a period, and where each figure stands in it."""

    content: bytes
    figures: Mapping[Hashable, Sequence[Written]]


def write_monitoring(
    ledger: Ledger, earlier: Sequence[Ledger] = (), plan_findings: Iterable[Finding] = ()
) -> Monitoring:
    """The workbook of a period. `earlier` are the ledgers of the year's past periods;
    `plan_findings` are those of the plan itself."""
    book = Book(f"Theo dõi cải cách hành chính {ledger.period.name}")
    lineage = Lineage(ledger, earlier)
    so_far = [*earlier, ledger]
    write_appendices(book, lineage, so_far)
    write_agencies(book, lineage)
    write_tasks(book, lineage)
    write_late(book, ledger)
    write_targets(book, ledger)
    write_other_plans(book, lineage)
    write_matrices(book, ledger)
    write_periods(book, lineage, so_far)
    write_changes(book, lineage, so_far)
    write_charts(book, so_far)
    write_submissions(book, ledger)
    write_files_received(book, ledger)
    to_see = [found for found in ledger.findings if found.severity != "trial"]
    write_findings(book, [*to_see, *plan_findings])
    write_sources(book, ledger)
    return Monitoring(book.to_bytes(), book.figures)
