"""How high a row must be for its wrapped text, so that no viewer cuts a word.

Excel fits rows when it opens a file; LibreOffice, phones and previews often do not, and
no program fits merged cells. Widths are those of Times New Roman, which Liberation Serif
shares; a letter with marks is as wide as its base letter.
"""

from __future__ import annotations

from functools import lru_cache

from ..text.spelling import without_marks

# Width in thousandths of the type size -> the characters that have it.
_WIDTHS = {
    180: "'",
    200: "|",
    250: " ,.",
    278: "/:;\\ijlt",
    333: "!()-I[]`fr",
    389: "Js",
    408: '"',
    444: "?acez",
    469: "^",
    480: "{}",
    541: "~",
    556: "FPS",
    564: "+<=>",
    611: "ELTZ",
    667: "BCR",
    722: "ADGHKNOQUVXYw",
    778: "&m",
    833: "%",
    889: "M",
    921: "@",
    944: "W",
}
_OTHER = 500
_WIDTH = {character: width for width, group in _WIDTHS.items() for character in group}
_BOLD = 1.08
_PIXELS_PER_POINT = 96 / 72
_PADDING_PIXELS = 8
# A line of Times New Roman takes 1.16 times the type size on Windows; some air above that.
_LINE_HEIGHT = 1.22
_MARGIN_POINTS = 3
_SAFETY = 1.04  # programs round the widths of letters differently


def column_pixels(width: float) -> int:
    """A column's width in characters -> pixels, as Excel counts at 100%."""
    return int(width * 7 + 0.5) + 5


@lru_cache(maxsize=20_000)  # sheets repeat themselves
def text_height(text: str, pixels: int, size: float, bold: bool = False) -> float:
    """The height in points of a text wrapped within so many pixels."""
    available = max(pixels - _PADDING_PIXELS, 1)
    scale = size / 1000 * _PIXELS_PER_POINT * _SAFETY * (_BOLD if bold else 1)
    lines = sum(_lines(paragraph, available / scale) for paragraph in text.split("\n"))
    return lines * size * _LINE_HEIGHT + _MARGIN_POINTS


def text_pixels(text: str, size: float, bold: bool = False) -> float:
    """The width of a text on one line."""
    width = sum(_word_width(word) for word in text.split()) + _WIDTH[" "] * text.count(" ")
    return width * size / 1000 * _PIXELS_PER_POINT * (_BOLD if bold else 1)


def _lines(paragraph: str, available: float) -> int:
    lines, used = 1, 0.0
    for word in paragraph.split():
        width = _word_width(word)
        if used and used + _WIDTH[" "] + width > available:
            lines, used = lines + 1, 0.0
        used += width + (_WIDTH[" "] if used else 0)
        while used > available:  # a word wider than the column is broken
            lines, used = lines + 1, used - available
    return lines


@lru_cache(maxsize=20_000)
def _word_width(word: str) -> float:
    return sum(_WIDTH.get(character, _OTHER) for character in without_marks(word))
