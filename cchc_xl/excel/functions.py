"""The functions in cells, as the wrappers in the workbook call them by name."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import xlwings as xw

from ..master.functions import FUNCTIONS, Function
from .faults import note_fault
from .open_master import with_errors


def _called_from_excel(function: Function) -> Callable[..., object]:
    # Two dimensions tell a column from a row. No type hints: xlwings takes them for converters.
    @xw.func
    @xw.arg("values", ndim=2, err_to_str=True)
    def call(*values):
        try:
            return function.call(*map(_argument, values))
        except Exception:
            log = note_fault(())
            return f"Phần mềm gặp lỗi, xem {log}" if log else "Phần mềm gặp lỗi"

    return call


def _argument(value: object) -> object:
    """A single value, or rows of them; currency as plain numbers."""
    if not isinstance(value, list | tuple):
        return float(value) if isinstance(value, Decimal) else with_errors(value)
    rows = [
        [_argument(cell) for cell in (row if isinstance(row, list | tuple) else (row,))]
        for row in value
    ]
    return rows[0][0] if len(rows) == 1 and len(rows[0]) == 1 else rows


globals().update({name: _called_from_excel(function) for name, function in FUNCTIONS.items()})
