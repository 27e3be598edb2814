"""The formulas of the issued workbook, worked out by the audit from the values that are stored
beside them: a spreadsheet program that calculates again must come to the value that is shown."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from fractions import Fraction

from .issued import Issued, IssuedPage, address, exact, position

_CELL = r"[A-Z]{1,3}\d+"
_LIST = rf"({_CELL}(?::{_CELL})?(?:,{_CELL}(?::{_CELL})?)*)"
_NEAR = Fraction(1, 10**9)

_SHAPES = {
    "sum": re.compile(rf'IF\(COUNT\({_LIST}\)=0,"",SUM\(\1\)\)'),
    "mean": re.compile(rf'IF\(COUNT\({_LIST}\)=0,"",AVERAGE\(\1\)\)'),
    "shown": re.compile(rf'IF\(SUBTOTAL\(102,{_LIST}\)=0,"",SUBTOTAL\(109,\1\)\)'),
    "left": re.compile(rf'IF\(AND\(ISNUMBER\(({_CELL})\),ISNUMBER\(({_CELL})\)\),\1-\2,""\)'),
    "share": re.compile(rf'IF\(AND\(N\(({_CELL})\)<>0,ISNUMBER\(({_CELL})\)\),\2/\1\*100,""\)'),
    "apart": re.compile(rf'IF\(COUNT\(({_CELL}),({_CELL})\)=0,"",N\(\2\)-N\(\1\)\)'),
    "done": re.compile(rf'IF\(N\(({_CELL})\)=0,"",N\(({_CELL})\)/\1\*100\)'),
    "verdict": re.compile(
        rf'IF\(COUNT\(({_CELL}),({_CELL})\)<2,"([^"]*)",IF\(\2(>=|<=|>|<)\1,"([^"]*)","([^"]*)"\)\)'
    ),
    "change": re.compile(rf'IF\(COUNT\(({_CELL}),({_CELL})\)<2,"",\1-\2\)'),
    "cell": re.compile(rf"'((?:[^']|'')+)'!({_CELL})"),
}


def check_formulas(issued: Issued) -> None:
    """Every formula against its own stored value."""
    for page in issued.pages.values():
        for at, text in sorted(page.formulas.items()):
            formula = text.removeprefix("=")
            told = f"Công thức {text[:80]}"
            stands = page.value(*at)
            try:
                value = _value(issued, page, formula)
            except _Unknown:
                issued.differ(
                    page.name, address(at), told, stands, "công thức không đối chiếu được"
                )
                continue
            if not _same(stands, value):
                issued.differ(page.name, address(at), told, stands, value)


class _Unknown(Exception):
    """A formula of no known shape."""


def _value(issued: Issued, page: IssuedPage, formula: str) -> object:
    for kind, shape in _SHAPES.items():
        found = shape.fullmatch(formula)
        if not found:
            continue
        if kind == "cell":
            other = issued.pages.get(found[1].replace("''", "'"))
            if other is None:
                raise _Unknown
            return other.value(*position(found[2]))
        if kind in ("sum", "mean", "shown"):
            numbers = [n for n in map(exact, _values(page, found[1])) if n is not None]
            if not numbers:
                return None
            return sum(numbers) / (len(numbers) if kind == "mean" else 1)
        a, b = (exact(page.value(*position(found[n]))) for n in (1, 2))
        return _of_two(kind, a, b, found)
    return _of_terms(issued, formula)


# Counts and sums over a sheet, added up or one as a share of the other.
_RANGE = rf"'((?:[^']|'')+)'!({_CELL}:{_CELL})"
_TERM = re.compile(
    rf"(ROWS|SUM)\({_RANGE}\)|COUNTIF\({_RANGE},\"([^\"]*)\"\)|"
    rf"SUMIF\({_RANGE},\"((?:[^\"]|\"\")*)\",{_RANGE}\)"
)
_SHARE = re.compile(r'IF\((\S+)=0,"",(\S+)/\1\*100\)')


def _of_terms(issued: Issued, formula: str) -> object:
    def worked_out(found: re.Match) -> str:
        function, sheet, cells, names, named, label, keys, keyed, key, sums, summed = found.groups()
        if function == "ROWS":
            return str(len(list(_cells_of(issued, sheet, cells))))
        if function == "SUM":
            return str(_sum(_cells_of(issued, sheet, cells)))
        if label is not None:
            return str(sum(_fits(value, label) for value in _cells_of(issued, names, named)))
        pairs = zip(_cells_of(issued, keys, keyed), _cells_of(issued, sums, summed), strict=True)
        return str(_sum(value for name, value in pairs if _fits(name, key.replace('""', '"'))))

    plain = _TERM.sub(worked_out, formula)
    if share := _SHARE.fullmatch(plain):
        whole, part = Fraction(share[1]), Fraction(share[2])
        return part / whole * 100 if whole else None
    if not re.fullmatch(r"[+-]?[\d/]+(?:[+-][\d/]+)*", plain):
        raise _Unknown
    return sum(Fraction(one) for one in re.findall(r"[+-]?[\d/]+", plain))


def _cells_of(issued: Issued, sheet: str, cells: str) -> Iterator[object]:
    page = issued.pages.get(sheet.replace("''", "'"))
    if page is None:
        raise _Unknown
    return _values(page, cells)


def _sum(values: Iterable[object]) -> Fraction:
    return sum((n for n in map(exact, values) if n is not None), Fraction(0))


def _fits(value: object, label: str) -> bool:
    if label == ">0":
        number = exact(value)
        return number is not None and number > 0
    return isinstance(value, str) and value.casefold() == label.casefold()


def _of_two(kind: str, a: Fraction | None, b: Fraction | None, found: re.Match) -> object:
    if kind in ("left", "change"):
        return None if a is None or b is None else a - b
    if kind == "share":
        return None if not a or b is None else b / a * 100
    if kind == "apart":
        return None if a is None and b is None else (b or 0) - (a or 0)
    if kind == "done":
        return (b or 0) / a * 100 if a else None
    if a is None or b is None:
        return found[3]
    holds = {">=": b >= a, "<=": b <= a, ">": b > a, "<": b < a}[found[4]]
    return found[5] if holds else found[6]


def _values(page: IssuedPage, cells: str) -> Iterator[object]:
    for part in cells.split(","):
        first, _, last = part.partition(":")
        (top, left), (bottom, right) = position(first), position(last or first)
        for row in range(top, bottom + 1):
            for column in range(left, right + 1):
                yield page.value(row, column)


def _same(stands: object, value: object) -> bool:
    if isinstance(value, int | float | Fraction) and not isinstance(value, bool):
        number = exact(stands)
        if number is None:
            return value == 0 and stands is None  # a reference to an empty cell gives 0
        return abs(number - Fraction(value)) <= _NEAR * max(1, abs(Fraction(value)))
    return (stands or "") == (value or "")
