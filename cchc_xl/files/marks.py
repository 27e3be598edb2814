"""What a workbook file says of its cells besides their values: which hold an error, a formula
never calculated or one that reads another workbook, a percentage, text in a font of the time
before Unicode; which rows are hidden and which cells are merged.

Each format is read by its own means, and by our own: python-calamine gives neither formats nor
formulas. A format that does not tell leaves a mark out."""

from __future__ import annotations

import re
from collections.abc import Hashable
from dataclasses import dataclass, field

from ..text.legacy_fonts import decoder_of
from ..text.money import SIZES

Cell = tuple[int, int]  # row and column, counted from 0
Range = tuple[Cell, Cell]  # first and last cell


@dataclass
class Marks:
    """The marks of one sheet, by the absolute position of cells."""

    errors: dict[Cell, str] = field(default_factory=dict)
    uncalculated: set[Cell] = field(default_factory=set)
    linked: set[Cell] = field(default_factory=set)
    percents: set[Cell] = field(default_factory=set)
    units: dict[Cell, int] = field(default_factory=dict)  # đồng for a 1 that shows
    fonts: dict[Cell, str] = field(default_factory=dict)  # of the time before Unicode only
    hidden_rows: set[int] = field(default_factory=set)
    merged: list[Range] = field(default_factory=list)


def is_percent_format(code: str) -> bool:
    """Whether a number format shows a number a hundred times larger, with a %."""
    return "%" in re.sub(r'"[^"]*"|\\.', "", code)


# The first that is found counts.
_DONG = SIZES | dict.fromkeys(("đồng", "₫", "vnd", "vnđ", "đ"), 1)
_SCALE = re.compile(r"[0#?](,+)(?![0#?,])")


def unit_of_format(code: str) -> int | None:
    """How many đồng a cell's 1 is to a reader of the sheet, where its number format names a
    unit or leaves out thousands: `0.0" tỷ"` 10^9, `#,##0,,` 10^-6 of what stands there (then
    nothing is certain: 0). None for a format that says nothing of it."""
    shown = code.partition(";")[0]
    if _SCALE.search(re.sub(r'"[^"]*"|\\.|\[[^\]]*\]', "", shown)):
        return 0
    text = shown.casefold()
    return next((dong for word, dong in _DONG.items() if word in text), None)


@dataclass
class Looks:
    """What the styles of cells show, each by its id in the file: a percentage, the unit of money
    that its number format names, a font of the time before Unicode."""

    percents: set[Hashable] = field(default_factory=set)
    units: dict[Hashable, int] = field(default_factory=dict)
    fonts: dict[Hashable, str] = field(default_factory=dict)

    def learn(self, style: Hashable, code: str, font: str) -> None:
        """A style by its number format and the name of its font."""
        if is_percent_format(code):
            self.percents.add(style)
        if (unit := unit_of_format(code)) is not None:
            self.units[style] = unit
        if decoder_of(font):
            self.fonts[style] = font

    def mark(self, marks: Marks, at: Cell, style: Hashable) -> None:
        """Note what a cell of a style shows."""
        if style in self.percents:
            marks.percents.add(at)
        if style in self.units:
            marks.units[at] = self.units[style]
        if style in self.fonts:
            marks.fonts[at] = self.fonts[style]
