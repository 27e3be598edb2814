"""What a cell holds after Excel was given a value, and the number formats that decide it."""

# `uno` is there in LibreOffice's own Python only.
# pyright: reportMissingImports=false

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import uno

from .typed import DATE as DATE_FORMAT
from .typed import LONGEST, TIMED, Typed, calc_formula, serial, typed

DATE, TIME, CURRENCY, TEXT, LOGICAL = 2, 4, 8, 256, 1024  # com.sun.star.util.NumberFormat
# Errors of parsing: Excel refuses such a formula instead of showing an error.
_REFUSED = range(501, 515)


class Formats:
    """The number formats of a document."""

    _english = uno.createUnoStruct("com.sun.star.lang.Locale", Language="en", Country="US")

    def __init__(self, doc: Any):
        self._formats = doc.getNumberFormats()

    def key(self, code: str) -> int:
        found = self._formats.queryKey(code, self._english, False)
        return found if found >= 0 else self._formats.addNew(code, self._english)

    def code(self, key: int) -> str:
        """The code as Excel writes it: Calc has date codes in capitals."""
        found = self._formats.getByKey(key)
        text = found.FormatString
        return text.lower() if found.Type & (DATE | TIME) else text

    def kind(self, key: int) -> int:
        return self._formats.getByKey(key).Type

    def of(self, block: Any) -> list[tuple[Any, int]]:
        """The parts of a block that have one format each, as (address, key)."""
        parts = block.getCellFormatRanges()
        found = (parts.getByIndex(index) for index in range(parts.getCount()))
        return [(part.getRangeAddress(), part.NumberFormat) for part in found]


def content(value: Any) -> Typed:
    """What a cell that is not formatted as text holds after `Value` was set."""
    if value is None:
        return Typed("")
    if isinstance(value, str):
        return typed(value)
    if isinstance(value, bool):
        return Typed(float(value), format="BOOLEAN")
    if isinstance(value, dt.datetime):
        return Typed(serial(value), format=TIMED if value.time() != dt.time() else DATE_FORMAT)
    if isinstance(value, dt.date):
        return Typed(serial(value), format=DATE_FORMAT)
    if isinstance(value, (int, float, Decimal)) or hasattr(value, "__float__"):
        return Typed(float(value))
    raise TypeError(f"COM takes no {type(value).__name__}: {value!r}")


def as_text(value: Any) -> Typed:
    """What a cell formatted as text holds: numbers turn into text there, formulas stay text."""
    if isinstance(value, str):
        if len(value) > LONGEST:
            raise ValueError(f"Excel takes {LONGEST} characters in a cell, not {len(value)}")
        return Typed(value)
    if isinstance(value, bool):
        return Typed(str(value).upper())
    held = content(value).value
    return Typed(held if isinstance(held, str) else f"{held:.15g}")


def set_formula(cell: Any, formula: str) -> None:
    cell.setFormula(calc_formula(formula))
    if cell.getError() in _REFUSED:
        cell.setString("")
        raise ValueError(f"Excel would refuse this formula: {formula}")
