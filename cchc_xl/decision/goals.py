"""What a decision wants the whole province to reach: the list under "Mục tiêu cụ thể" -> Goals.

A list ends at the next heading of the same or a higher level. Where neither numbers nor
bullets stand (Word keeps those it sets itself out of the text), only a line that states a
number or ends like a sentence is part of the list, so that no other chapter is taken for it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise

from ..findings.finding import Place
from ..plan.model import Goal
from ..text.spelling import fold
from ..text.targets import Target, parse_targets
from .documents import DocumentLine

_HEADING = re.compile(
    r"(?:(?:cac|mot so|nhung|he thong|ve) )*"
    r"(?:(?:muc tieu|chi tieu)\b.*\bcu the\b|(?:cac|mot so|he thong) chi tieu\b"
    r"|chi tieu(?: (?:chu yeu|chinh|co ban|phan dau))?$)"
)
_LONGEST_HEADING = 15  # words
# What may stand before a line, and how high it is: the smaller the higher; each further
# part of a number ("2.1") is one lower.
_MARKS = (
    (re.compile(r"((?i:phần|chương|mục|điều|phụ lục)\s+(?:\d+|[IVX]+))\b[.:]?"), 0),
    (re.compile(r"([IVX]+(?:\.\d+)*)[.)]"), 1),
    (re.compile(r"([A-ZĐ])[.)](?=\s)"), 0),
    (re.compile(r"(\d{1,2}(?:\.\d{1,2})*)[.)](?!\d)"), 2),
    (re.compile(r"(\d{1,2}(?:\.\d{1,2})+)(?=\s)"), 2),
    (re.compile(r"([a-zđ])[.)]"), 7),
    (re.compile(r"(\*)"), 8),
    (re.compile(r"([-–—•●▪])"), 9),
    (re.compile(r"(\+)"), 10),
)
_BULLET = 8
# A list begins with one of these; any other number goes on with the chapters.
_FIRST = re.compile(r"(?:.*\.)?1|a|\W")
# Not behind "TP. Buôn Ma Thuột", and not within brackets.
_END = re.compile(r"(?:;|(?<!\bTP)(?<!\bTX)(?<!\bTp)(?<!\bTx)\.\s)(?![^()]*\))\s*")
_TIMES = {"tháng", "năm", "quý", "ngày", "giờ", "tuần", "lần"}


@dataclass
class _Entry:
    """One line of the list, with those that it goes on in."""

    place: Place
    rank: int | None
    text: str

    @property
    def is_open(self) -> bool:
        """Whether the sentence goes on."""
        return not self.text.endswith((".", ";", ":"))


def read_goals(lines: Iterable[DocumentLine], plan_id: str) -> tuple[Goal, ...]:
    """The goals that a decision lists, in their order; one for each number that a sentence
    states, and one without a target for a sentence that states none."""
    goals: list[Goal] = []
    for entries in _lists(lines):
        for entry in _kept(entries):
            for clause in _clauses(entry.text):
                for target in _targets(clause) or (None,):
                    code = f"MT.{len(goals) + 1}"
                    goals.append(Goal(plan_id, code, clause, target, source=entry.place))
    return tuple(goals)


def _lists(lines: Iterable[DocumentLine]) -> Iterator[list[_Entry]]:
    """The entries under each heading that announces goals."""
    current: _List | None = None
    for line in lines:
        if current and current.takes(line):
            continue
        if current:
            yield current.entries
        current = _begun(line)
    if current:
        yield current.entries


def _begun(line: DocumentLine) -> _List | None:
    """The list that a line announces, if it does."""
    rank, _, text = _marked(line.text)
    head, colon, rest = text.partition(":")
    folded = fold(head).rstrip(". ")
    if (
        _is_row(line)
        or not _HEADING.match(folded)
        or len(folded.split()) > _LONGEST_HEADING
        or (rank is not None and rank >= _BULLET and not colon)
        or (head.endswith((".", ";", ",")) and len(folded.split()) > 5)  # prose
        or parse_targets(head)
    ):
        return None
    begun = _List(rank)
    if rest.strip():
        begun.takes(DocumentLine(line.place, (rest.strip(),)))
    return begun


class _List:
    """A list that is being read. `above` is how high a mark must be to end it; unknown below a
    heading without one until its first mark is seen."""

    def __init__(self, above: int | None):
        self.above = above
        self.entries: list[_Entry] = []

    def takes(self, line: DocumentLine) -> bool:
        """Whether a line is part of the list still."""
        if line.text.isdigit():  # the number of a page
            return True
        if _is_row(line) or fold(line.text).startswith("noi nhan"):
            return False
        rank, label, text = _marked(line.text)
        if rank is None:
            return self._takes_unmarked(line)
        if self.above is None:
            if rank < 2 or self.entries or not _FIRST.fullmatch(label):
                return False
            self.above = rank - 1
        if rank <= self.above:
            return False
        self.entries.append(_Entry(line.place, rank, text))
        return True

    def _takes_unmarked(self, line: DocumentLine) -> bool:
        text, has_target = line.text, bool(_targets(line.text))
        last = self.entries[-1] if self.entries else None
        if last and last.is_open and text[:1].islower():
            last.text += f" {text}"
        elif has_target or (text.endswith((".", ";")) and not text.isupper()):
            self.entries.append(_Entry(line.place, None, text))
        elif last:
            return False  # the next heading
        return True  # else it leads into the list


def _kept(entries: list[_Entry]) -> Iterator[_Entry]:
    """Those that state something: no headings within the list, and of lines without a mark
    among marked ones only what has a number."""
    has_marks = any(entry.rank is not None for entry in entries)
    for at, entry in enumerate(entries):
        after = entries[at + 1].rank if at + 1 < len(entries) else None
        leads = entry.rank is not None and after is not None and after > entry.rank
        if _targets(entry.text) or not (
            leads or entry.text.endswith(":") or (has_marks and entry.rank is None)
        ):
            yield entry


def _clauses(text: str) -> Iterator[str]:
    ends = [
        found.end()
        for found in _END.finditer(text)
        if found[0].startswith(";") or not text[found.end() : found.end() + 1].islower()
    ]
    for start, end in pairwise((0, *ends, len(text))):
        clause = text[start:end].strip(" .;,")
        if re.search(r"[^\W\d_]", clause):
            yield clause[0].upper() + clause[1:]


def _targets(clause: str) -> tuple[Target, ...]:
    """The numbers to reach: a percentage, or a count of things; a time and a year are none."""
    return tuple(
        target
        for target in parse_targets(clause)
        if target.unit == "%"
        or not (target.unit.casefold().split()[0] in _TIMES or 1900 <= target.value <= 2100)
    )


def _marked(text: str) -> tuple[int | None, str, str]:
    """(how high, mark, the rest) of a line; (None, "", the line) where it has no mark."""
    for pattern, rank in _MARKS:
        if found := pattern.match(text):
            return rank + found[1].count("."), found[1], text[found.end() :].strip()
    return None, "", text


def _is_row(line: DocumentLine) -> bool:
    return sum(map(bool, line.cells)) > 1
