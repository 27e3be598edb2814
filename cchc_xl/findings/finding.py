"""Findings: what a person must look at, where it is, and what to do about it.

The messages stand in `catalogue`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from .catalogue import CATALOGUE
from .severity import Severity

_LONGEST_VALUE = 500


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
    """One finding. `value` is what stood at `place`; `agency` is a name or ""; `set_severity`
    is that of an officer's own setting, else it is the catalogue's; `row` is the key of the row
    of a plan that a rule speaks of; `set_action` and `set_fix` take the place of the catalogue's
    next steps."""

    code: str
    place: Place
    value: str
    message: str
    agency: str = ""
    set_severity: Severity | None = None
    row: str = ""
    set_action: str = ""
    set_fix: str = ""

    @property
    def severity(self) -> Severity:
        return self.set_severity or CATALOGUE[self.code].severity

    @property
    def action(self) -> str:
        return self.set_action or CATALOGUE[self.code].action

    @property
    def fix(self) -> str:
        """What the agency itself is asked to do."""
        return self.set_fix or CATALOGUE[self.code].fix or self.action

    @property
    def is_for_agency(self) -> bool:
        """Whether it goes back to the agency whose return it is about."""
        return self.severity != Severity.TRIAL and CATALOGUE[self.code].for_agency

    @property
    def sort_key(self) -> tuple:
        places = tuple(map(_natural, self.place))
        return self.severity.rank, self.agency, places, self.code, self.message


@lru_cache(maxsize=10_000)
def _natural(text: str) -> tuple:
    """Text in the order a reader expects: "dòng 84" before "dòng 319"."""
    parts = re.split(r"(\d+)", text)
    return tuple((int(part), "") if part.isdigit() else (-1, part) for part in parts)


def finding(
    code: str,
    place: Place,
    value: object = "",
    *,
    agency: str = "",
    severity: Severity | None = None,
    row: str = "",
    **details,
) -> Finding:
    """A finding of the catalogue's kind `code` (or of a `severity` set for it), its message
    filled from `details`."""
    text = in_a_message("" if value is None else str(value))
    told = {name: in_a_message(str(detail)) for name, detail in details.items()}
    message = CATALOGUE[code].message.format(value=text, agency=agency, **told)
    return Finding(code, place, text, message, agency, severity, row)


def in_a_message(text: str) -> str:
    """A text as a message can hold it: the place says where all of it stands."""
    return text if len(text) <= _LONGEST_VALUE else f"{text[: _LONGEST_VALUE - 1]}…"
