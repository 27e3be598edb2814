"""Filters that officers set on a table: put aside while its rows are written, because Excel
leaves hidden rows out of what is inserted, deleted or written, and then set again."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import xlwings as xw


@contextmanager
def without_filters(table: xw.main.Table) -> Iterator[None]:
    """Show all rows of a table, and hide again by the same criteria afterwards. A filter by
    colour or icon cannot be set again; it stays cleared."""
    autofilter = table.autofilter
    kept = [criteria for criteria in autofilter.criteria if criteria.type != "none"]
    if kept:
        autofilter.clear()
    try:
        yield
    finally:
        for criteria in kept:
            _set(autofilter, criteria)


def _set(autofilter: xw.main.AutoFilter, criteria: xw.main.AutoFilterCriteria) -> None:
    field = criteria.field
    if criteria.type == "values" and criteria.values:
        autofilter.apply_values(field, criteria.values)
    elif criteria.type == "comparison" and criteria.operator:
        values = (criteria.value1, criteria.value2)[: 2 if criteria.value2 is not None else 1]
        autofilter.apply_comparison(field, criteria.operator, *values)
    elif criteria.type in ("top_items", "bottom_items") and criteria.count:
        getattr(autofilter, f"apply_{criteria.type}")(field, criteria.count)
    elif criteria.type in ("top_percent", "bottom_percent") and criteria.percent is not None:
        getattr(autofilter, f"apply_{criteria.type}")(field, criteria.percent)
