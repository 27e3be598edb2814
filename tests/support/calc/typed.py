"""What Excel makes of a string put into a cell, and of a formula's text.

`Range.Value = "…"` in Excel is typing: "1.10" becomes 1.1 and "3/4" a date. A test host that
kept such strings would hide exactly the mistakes that the tests are there to find.
"""

from __future__ import annotations

import datetime as dt
import re
from typing import NamedTuple

DATE = "dd/mm/yyyy"
TIMED = "dd/mm/yyyy hh:mm"
LONGEST = 32767  # characters a cell holds

_NUMBER = re.compile(r"[+-]?(?:\d{1,3}(?:,\d{3})+|\d+|(?=\.\d))(?:\.\d*)?(?:e[+-]?\d+)?%?", re.I)
_DAY = re.compile(r"(\d{1,2})[/-](\d{1,2})(?:[/-](\d{4}|\d{2}))?")
_ISO = re.compile(r"(\d{4})[/-](\d{1,2})[/-](\d{1,2})")
_EPOCH = dt.datetime(1899, 12, 30)


class Typed(NamedTuple):
    """A cell's content: a number or text, or a formula; and the format a General cell gets."""

    value: float | str
    is_formula: bool = False
    format: str | None = None


def serial(moment: dt.date) -> float:
    """The number that a date is in a cell."""
    if not isinstance(moment, dt.datetime):
        moment = dt.datetime(moment.year, moment.month, moment.day)
    return (moment.replace(tzinfo=None) - _EPOCH) / dt.timedelta(days=1)


def moment(number: float) -> dt.datetime:
    """The date that a number in a cell is, to the second as Excel shows it."""
    found = _EPOCH + dt.timedelta(days=number)
    return (found + dt.timedelta(microseconds=500_000)).replace(microsecond=0)


def typed(text: str) -> Typed:
    """The content of a cell that is not formatted as text after this was typed."""
    if len(text) > LONGEST:
        raise ValueError(f"Excel takes {LONGEST} characters in a cell, not {len(text)}")
    if text.startswith("'"):
        return Typed(text[1:])
    if text.startswith("=") and len(text) > 1:
        return Typed(text, is_formula=True)
    plain = text.strip()
    if plain.upper() in ("TRUE", "FALSE"):
        return Typed(float(plain.upper() == "TRUE"), format="BOOLEAN")
    if _NUMBER.fullmatch(plain):
        number = float(plain.rstrip("%").replace(",", ""))
        return Typed(number / 100, format="0%") if plain.endswith("%") else Typed(number)
    day = _date(plain)
    return Typed(text) if day is None else Typed(serial(day), format=DATE)


def _date(text: str) -> dt.date | None:
    """COM reads dates the American way, and the other way round where that gives none."""
    if found := _ISO.fullmatch(text):
        year, month, day = map(int, found.groups())
        orders = [(month, day)]
    elif found := _DAY.fullmatch(text):
        first, second = int(found[1]), int(found[2])
        year = int(found[3] or dt.date.today().year)
        year += 0 if year > 99 else 2000 if year < 30 else 1900
        orders = [(first, second), (second, first)]
    else:
        return None
    for month, day in orders:
        try:
            return dt.date(year, month, day)
        except ValueError:
            continue
    return None


_EXCEL_PART = re.compile(
    r"""(?P<text>"(?:[^"]|"")*")
    | (?P<sheet>'(?:[^']|'')*'!|(?<![\#\w.])[^\W\d][\w.]*!)
    | (?P<column>\[(?:[^\[\]]|\[[^\]]*\])*\])
    | (?P<array>\{[^}]*\})
    | (?P<comma>,)
    | (?P<prefix>_xlfn\.)""",
    re.X,
)
_CALC_PART = re.compile(
    r"""(?P<text>"(?:[^"]|"")*")
    | (?P<sheet>\$?'(?:[^']|'')*'\.|\$[^\W\d]\w*\.|(?<![\w.$])[^\W\d]\w*\.(?=\$?[A-Z]{1,3}\$?\d))
    | (?P<column>\[(?:[^\[\]]|\[[^\]]*\])*\])
    | (?P<array>\{[^}]*\})
    | (?P<comma>;)""",
    re.X,
)


def calc_formula(formula: str) -> str:
    """An Excel formula as Calc's API wants it."""

    def part(found: re.Match[str]) -> str:
        text = found[0]
        match found.lastgroup:
            case "sheet":
                return f"${text[:-1]}."
            case "column" if text.startswith("[@"):
                return f"[[#This Row],[{text[2:-1].strip('[]')}]]"
            case "array":
                return text.replace(";", "|").replace(",", ";")
            case "comma":
                return ";"
            case "prefix":
                return ""
        return text

    return _EXCEL_PART.sub(part, formula)


def excel_formula(formula: str) -> str:
    """A formula of Calc's API as Excel would show it."""

    def part(found: re.Match[str]) -> str:
        text = found[0]
        match found.lastgroup:
            case "sheet":
                return f"{text[:-1].lstrip('$')}!"
            case "array":
                return text.replace(";", ",").replace("|", ";")
            case "comma":
                return ","
        return text

    return _CALC_PART.sub(part, formula)
