"""Findings: what a person must look at, where it is, and what to do about it.

The messages stand in `catalogue`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from .catalogue import CATALOGUE, SEVERITIES

_LONGEST_VALUE = 500
SEVERITY_NAMES = {"error": "Lỗi", "warning": "Cảnh báo", "info": "Ghi chú"}


class Place(NamedTuple):
    """Where something was read. `cell` is an address ("K12") or, in a text
    document, a line ("dòng 57"); parts that do not apply are empty."""

    file: str = ""
    sheet: str = ""
    cell: str = ""

    def __str__(self) -> str:
        return ", ".join(part for part in self if part)


NOWHERE = Place()


@dataclass(frozen=True)
class Finding:
    """One finding. `value` is what stood at `place`; `agency` is a name or ""."""

    code: str
    place: Place
    value: str
    message: str
    agency: str = ""

    @property
    def severity(self) -> str:
        return CATALOGUE[self.code].severity

    @property
    def action(self) -> str:
        return CATALOGUE[self.code].action

    @property
    def sort_key(self) -> tuple:
        places = tuple(map(_natural, self.place))
        return SEVERITIES.index(self.severity), self.agency, places, self.code, self.message


@lru_cache(maxsize=10_000)
def _natural(text: str) -> tuple:
    """Text in the order a reader expects: "dòng 84" before "dòng 319"."""
    parts = re.split(r"(\d+)", text)
    return tuple((int(part), "") if part.isdigit() else (-1, part) for part in parts)


def finding(code: str, place: Place, value: object = "", *, agency: str = "", **details) -> Finding:
    """A finding of the catalogue's kind `code`, its message filled from `details`."""
    text = "" if value is None else str(value)
    if len(text) > _LONGEST_VALUE:  # the place says where all of it stands
        text = f"{text[: _LONGEST_VALUE - 1]}…"
    message = CATALOGUE[code].message.format(value=text, agency=agency, **details)
    return Finding(code, place, text, message, agency)
