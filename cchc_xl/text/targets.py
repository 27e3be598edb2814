"""Numbers that an indicator asks for."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import NamedTuple

from .numbers import format_number
from .spelling import clean, fold


class Target(NamedTuple):
    """A number that an indicator states: `relation` is =, >, >=, < or <=; `unit` is "%"
    or the words counted ("đơn vị")."""

    relation: str
    value: Decimal
    unit: str

    @property
    def printed(self) -> str:
        """As `parse_target` reads it: "> 85%", "≥ 56 đơn vị", "100%"."""
        unit = "%" if self.unit == "%" else f" {self.unit}"
        return f"{_SIGNS[self.relation]}{format_number(self.value)}{unit}"


_SIGNS = {"=": "", ">": "> ", ">=": "≥ ", "<": "< ", "<=": "≤ "}
_IN_WORDS = {
    word: relation
    for relation, words in (
        (">", "tren|hon|vuot"),
        (">=", "tu|it nhat|toi thieu|khong duoi|khong it hon|khong thap hon"),
        ("<", "duoi|it hon|thap hon|nho hon"),
        ("<=", "khong qua|khong hon|khong vuot|khong vuot qua|toi da"),
    )
    for word in words.split("|")
}
_RELATIONS = _IN_WORDS | {"tro len": ">=", "tro xuong": "<=", "≥": ">=", "≤": "<="}
_RELATIONS |= {sign: sign for sign in (">", ">=", "<", "<=")}
_QUALIFIER = rf"(?:(\b(?:{'|'.join(_IN_WORDS)})(?=\s)|[<>]=?|[≥≤])\s*)?"
_PERCENT = re.compile(_QUALIFIER + r"(?<![\d.,])(\d+(?:[.,]\d+)?)\s*%(?:\s+(tro len|tro xuong)\b)?")
_COUNT = re.compile(rf"^(?:-\s*)?{_QUALIFIER}(\d{{1,3}}(?:\.\d{{3}})+|\d+)(,\d+)?\s+(?=[^\W\d])")


def parse_targets(text: str) -> tuple[Target, ...]:
    """The numbers an indicator asks for, in the order they stand.

    Every percentage, and a count where the text begins with one: "Trên 80% …" ->
    (">", 80, "%"), "56 đơn vị …" -> ("=", 56, "đơn vị"), "Tạo cơ sở …" -> none.
    """
    folded = fold(text)
    targets = [
        Target(_relation(found), Decimal(found[2].replace(",", ".")), "%")
        for found in _PERCENT.finditer(folded)
    ]
    if not targets and (found := _COUNT.match(folded)):
        # The unit keeps its diacritics: the two words after the number as printed.
        unit = " ".join(re.split(r"[\d.,]*\d", text, maxsplit=1)[1].split()[:2])
        value = Decimal(found[2].replace(".", "") + (found[3] or "").replace(",", "."))
        targets.append(Target(_RELATIONS.get(found[1], "="), value, unit))
    return tuple(targets)


def _relation(found: re.Match) -> str:
    """Of a percentage: "từ 85% trở lên" and "85% trở lên" are one."""
    before, after = found[1], found[3]
    return _RELATIONS.get(after if after and before in (None, "tu") else before, "=")


def parse_target(text: str) -> Target | None:
    """The one target that a text states, and nothing else that counts: "> 85%", "trên 85%",
    "100%", "≥ 56 đơn vị". None for "85 - 90%", "cao" and a number without a unit."""
    targets = parse_targets(clean(text))
    numbers = re.findall(r"\d+(?:[.,]\d+)*", text)
    return targets[0] if len(targets) == len(numbers) == 1 else None
