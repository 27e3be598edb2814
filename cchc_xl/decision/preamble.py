"""What a decision says outside its tables: number, date, title, year, province, money by
agency, and when reports are due."""

from __future__ import annotations

import calendar
import datetime
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import chain, takewhile
from typing import Any

from ..findings.finding import NOWHERE, Finding, Place, finding
from ..text.amounts_in_words import dong_in_words, same_words
from ..text.money import SIZES
from ..text.numbers import number_readings, parse_number
from ..text.spelling import fold, key
from .documents import DocumentLine

_NUMBER = r"(\d+)\s*/\s*((?:\d{4}\s*/\s*)?QĐ\s*-\s*[A-ZĐ]+)"
_OWN_NUMBER = re.compile(r"^Số\s*:?\s*" + _NUMBER)
_ISSUED_WITH = re.compile(r"kèm theo Quyết định số\s*" + _NUMBER, re.IGNORECASE)
_DATE = re.compile(
    r"ngày\s*(\d{1,2})\s*tháng\s*(\d{1,2})\s*năm\s*(\d{4})"
    r"|ngày\s*(\d{1,2})\s*/\s*(\d{1,2})\s*/\s*(\d{4})",
    re.IGNORECASE,
)
_PROVINCE = re.compile(r"\b[Tt]ỉnh (\w+(?: \w+){0,3})")
_YEAR_NAMED = re.compile(r"\bnăm (20\d\d)\b")
_DUE = {
    "6T": re.compile(r"6 thang\D{0,30}truoc ngay (\d{1,2})\s*/\s*(\d{1,2})"),
    "NAM": re.compile(r"(?:va|,|;|bao cao)\s*nam\D{0,30}truoc ngay (\d{1,2})\s*/\s*(\d{1,2})"),
}
_UNIT = r"(tỷ|tỉ|triệu|nghìn|ngàn)?\s*(?:đồng|đ|vnđ|vnd)?"
_AMOUNT = re.compile(
    # "Sở Nội vụ: 2.050.000.000", or without the colon where a unit follows
    rf"^(.*?)(?:[\s:]*:\s*(?=[\d.,]+)|\s+(?=[\d.,]+\s*(?:tỷ|tỉ|triệu|nghìn|ngàn|đồng|đ)))"
    rf"([\d.,]*\d)\s*{_UNIT}\s*(?:\([^()]*\))?\s*[;,./]*$",
    re.IGNORECASE,
)
_TOTAL = re.compile(
    r"tổng (?:kinh phí|cộng|ngân sách).*?(?<![\d.,])(\d[\d.,]*)\s*"
    r"(tỷ|tỉ|triệu|nghìn|ngàn)?\s*(?:đồng|đ\b)",
    re.IGNORECASE,
)
_IN_WORDS = re.compile(r"\((?:bằng chữ:?\s*)?([^()\d]*đồng[^()\d]*)\)", re.IGNORECASE)


_ISSUING = re.compile(r"^(?:Về việc|V/v)?\s*(?:ban hành|phê duyệt)\s+", re.IGNORECASE)
_AFTER_SUBJECT = re.compile(
    r"(?:chu tich|uy ban|ubnd|can cu|quyet dinh|theo de nghi|xet|dieu|hoi dong|giam doc|ve viec)\b"
)
_SUBJECTS = ("ve viec ", "v/v ", "ban hanh ke hoach", "phe duyet ke hoach")


@dataclass
class Amount:
    """One line of a "Trong đó" list: a name as printed and đồng."""

    name: str
    dong: int
    place: Place


@dataclass
class Preamble:
    number: str = ""
    date: str = ""
    title: str = ""
    year: int | None = None
    likely_year: int = 0  # the one named most often, for want of a better
    province: str = ""
    due: dict[str, tuple[int, int]] = field(default_factory=dict)
    total: int | None = None
    allocation_lists: list[list[Amount]] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)

    def note(self, code: str, place: Place, value: str = "", **facts: Any) -> None:
        self.findings.append(finding(code, place, value, **facts))


def read_preamble(lines: Iterable[DocumentLine]) -> Preamble:
    """The facts of a decision that stand outside its tables."""
    lines = list(lines)
    preamble = Preamble()
    _read_number_and_date(preamble, lines)
    _read_title(preamble, lines)
    preamble.province = _province(lines)
    years = Counter(
        int(year) for line in lines for year in _YEAR_NAMED.findall(line.text.casefold())
    )
    preamble.likely_year = years.most_common(1)[0][0] if years else 0
    text = " ".join(fold(line.text) for line in lines)
    for kind, pattern in _DUE.items():
        if found := pattern.search(text):
            day, month = int(found[1]), int(found[2])
            if 1 <= month <= 12 and 1 <= day <= calendar.monthrange(2018, month)[1]:
                preamble.due[kind] = month, day
    _read_allocations(preamble, lines)
    _read_total(preamble, lines)
    return preamble


def _read_total(preamble: Preamble, lines: list[DocumentLine]) -> None:
    """The money in all; where it is written in words too, both must agree."""
    for line in lines:
        found = _TOTAL.search(line.text)
        if not found:
            continue
        preamble.total = _dong(found[1], found[2])
        written = _IN_WORDS.search(line.text, found.end())
        if written and preamble.total is not None:
            words = dong_in_words(preamble.total)
            if not same_words(written[1], words):
                preamble.note("words-differ", line.place, written[1], number=found[1], words=words)
        return


def _province(lines: list[DocumentLine]) -> str:
    """The name that follows "tỉnh" most often: its leading capitalised words."""
    names: Counter[str] = Counter()
    for line in lines:
        for found in chain.from_iterable(map(_PROVINCE.finditer, line.cells)):
            name = " ".join(takewhile(lambda word: word[0].isupper(), found[1].split()))
            if name and not name.isupper():
                names[name] += 1
    return names.most_common(1)[0][0] if names else ""


def _read_number_and_date(preamble: Preamble, lines: list[DocumentLine]) -> None:
    """The number in the heading counts; without one, that which the appendices name."""
    seen: list[tuple[str, str, Place]] = []  # number, ISO date, place
    for i, line in enumerate(lines):
        own = (_OWN_NUMBER.match(part) for cell in line.cells for part in cell.split("\n"))
        if found := next(filter(None, own), None):
            near = " ".join(other.text for other in lines[i : i + 4])
            seen.insert(0, (_decision_number(found), _iso_date(near), line.place))
        elif found := _ISSUED_WITH.search(line.text):
            after = " ".join([line.text[found.end() :], *(o.text for o in lines[i + 1 : i + 2])])
            seen.append((_decision_number(found), _iso_date(after), line.place))
    if seen:
        preamble.number = seen[0][0]
        preamble.date = next((date for number, date, _ in seen if date), "")
    if not preamble.number or not preamble.date:
        place = lines[0].place if lines else NOWHERE
        preamble.note("decision-number-missing", place)
    for number, _, place in seen[1:]:
        if number != preamble.number:
            preamble.note("decision-number-differs", place, number, expected=preamble.number)


def _decision_number(found: re.Match) -> str:
    return "".join(f"{found[1]}/{found[2]}".split())


def _iso_date(text: str) -> str:
    if not (found := _DATE.search(text)):
        return ""
    day, month, year = (int(part) for part in found.groups() if part)
    try:
        return datetime.date(year, month, day).isoformat()
    except ValueError:  # a slip of the scan
        return ""


def _read_title(preamble: Preamble, lines: list[DocumentLine]) -> None:
    """The subject ("Về việc ban hành …") nearest to the articles."""
    titles: list[tuple[str, Place]] = []
    for i, line in enumerate(lines):
        if fold(line.text).startswith("dieu 1"):
            break
        if not fold(line.text).startswith(_SUBJECTS):
            continue
        text = line.text
        for rest in lines[i + 1 : i + 4]:  # a subject on several lines
            unfinished = rest.text[:1].islower() or not _YEAR_NAMED.search(text.casefold())
            if not unfinished or _AFTER_SUBJECT.match(fold(rest.text)):
                break
            text += f" {rest.text}"
        subject = _ISSUING.sub("", text)
        titles.append((subject[:1].upper() + subject[1:], line.place))
    if not titles:
        place = lines[0].place if lines else NOWHERE
        preamble.note("title-missing", place)
        return
    preamble.title = titles[-1][0]
    for other, place in titles[:-1]:
        if key(other) != key(preamble.title):
            preamble.note("title-spelt-two-ways", place, other, other=preamble.title)
    if found := _YEAR_NAMED.search(preamble.title.casefold()):
        preamble.year = int(found[1])


def _read_allocations(preamble: Preamble, lines: list[DocumentLine]) -> None:
    """The lists of amounts by agency that follow a "Trong đó"."""
    amounts: list[Amount] | None = None
    for line in lines:
        if fold(line.text).rstrip(" :").endswith("trong do"):
            amounts = []
            preamble.allocation_lists.append(amounts)
        elif amounts is not None:
            amount = _amount(line)
            if amount and not fold(amount.name).startswith("tong"):
                amounts.append(amount)
            elif not amount and _LIST_LINE.match(line.text) and re.search(r"\d", line.text[3:]):
                preamble.note("allocation-not-understood", line.place, line.text)
            elif not amount:
                amounts = None
    preamble.allocation_lists = [amounts for amounts in preamble.allocation_lists if amounts]


_LIST_LINE = re.compile(r"^\s*(?:\d+\s*[.)]?|[-+])\s*[^\d]+[:\d]")


def _amount(line: DocumentLine) -> Amount | None:
    text = re.sub(r"^\s*(?:\d+\s*[.)]?|[-+])\s*", "", line.text)
    if not (found := _AMOUNT.match(text)) or not found[1].strip(" :"):
        return None
    dong = _dong(found[2], found[3])
    return None if dong is None else Amount(found[1].strip(" :"), dong, line.place)


def _dong(number: str, unit: str | None) -> int | None:
    """A number that can be read in one way only, in the unit behind it -> đồng."""
    readings = number_readings(number.rstrip(".,"))
    vietnamese = parse_number(number.rstrip(".,"))
    value = vietnamese if vietnamese is not None else readings[0] if len(readings) == 1 else None
    return None if value is None else int(value * SIZES.get((unit or "").casefold(), 1))
