"""From a row of the plan to every figure that the issued workbook has of it, and from each figure
to the returned cells behind it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from ..findings.finding import Finding, Place
from ..ledger.lineage import Lineage, Origin
from ..plan.figures import FigureId
from ..plan.model import Item
from ..writing.cells import Written
from .consolidation import Outcome


class Trace(NamedTuple):
    """One figure: what it is, where it stands, and the cells it was made of."""

    figure: FigureId
    written: Sequence[Written]
    origins: tuple[Origin, ...]


class RowTrace(NamedTuple):
    """A row of a plan: where the decision has it, its figures, and what was found about it."""

    item: Item
    decided_at: Place
    figures: list[Trace]
    findings: list[Finding]


def trace_row(outcome: Outcome, item: Item) -> RowTrace:
    """Every figure of a row in the outputs of a period."""
    reading = outcome.reading
    lineage = Lineage(reading.ledger, reading.earlier)
    figures = [
        Trace(figure, written, lineage.origins(figure))
        for figure, written in outcome.outputs.figures.items()
        if (figure.plan, figure.code) == (item.plan, item.code)
    ]
    cells = {(one.file, one.sheet, one.cell) for trace in figures for one in trace.origins}
    found = [one for one in reading.findings if tuple(one.place) in cells]
    return RowTrace(item, item.source, figures, found)
