"""How people write the figures that a form asks for, and what a reader makes of it."""

from __future__ import annotations

import random
import re
import unicodedata
from decimal import Decimal

from tests.support.sheet_model import BLANK, Cell, figure

DOUBTFUL_NUMBER = re.compile(r"\d{1,3}[.,]\d{3}")  # thousands, or decimals?
ERRORS = ("#N/A", "#DIV/0!", "#REF!", "#VALUE!", "#NAME?")
# What no reader takes for a number, and what it may stand for.
JUNK = (
    "chưa quyết toán",
    "xem phụ lục",
    "12/5",
    "?",
    "15 – 20",
    "1.2.3",
    "1,2,3",
    "mười lăm",
    "khoảng 15",
    "15+5",
    "=15",
    "năm 2018",
    "#N/A",
    "1 500,5,2",
    "l5",
    "1O",
)
SILENT = ("-", "–", " ", "…", "/", "x")
NO_STATUS = (
    "Chưa hoàn thành",
    "Gần xong",
    "Hoàn thành 50%",
    "Chưa thực hiện xong",
    "3",
    "OK",
    "Đã thực hiện một phần",
    "Hoàn thành/Đang thực hiện",
    "không",
)


def vietnamese(number: Decimal) -> str:
    return f"{number:,f}".translate(str.maketrans(",.", ".,"))


def written(number: Decimal, chance: random.Random) -> Cell:
    """A number as text; unsure where a reader could take it in two ways."""
    text = chance.choice(
        [
            vietnamese(number),
            f"{number:,f}",
            vietnamese(number).replace(".", ""),
            f" {vietnamese(number)} ",
            f"{number:f}",
        ]
    )
    doubtful = DOUBTFUL_NUMBER.fullmatch(text.strip()) or re.search(r"[.,]\d{3}$", text.strip())
    return figure(number, text, sure=not doubtful)


def with_unit(million: Decimal, chance: random.Random) -> Cell:
    dong = Decimal(int(million * 1_000_000))
    text = chance.choice(
        [
            f"{vietnamese(million)} triệu",
            f"{vietnamese(million)} triệu đồng",
            f"{vietnamese(million)} tr",
            f"{vietnamese(million)}tr",
            f"{vietnamese(million)} Triệu",
            f"{vietnamese((million / 1000).normalize() + 0)} tỷ",
            f"{vietnamese(dong)} đồng",
            f"{vietnamese(dong)}đ",
            f"{vietnamese(dong)} VNĐ",
            f"{vietnamese(million * 1000)} nghìn",
        ]
    )
    return figure(million, text, sure=False)


def money(number: Decimal, budget: Decimal | None, chance: random.Random) -> Cell:
    """An amount stored or written in one of the ways that are met."""
    shape = chance.randrange(12)
    if shape < 2:
        return written(number, chance)
    if shape == 2:
        return with_unit(number, chance)
    if shape in (3, 4):  # in nghìn đồng or đồng: as it stands, or as it was meant
        stored = number * (1000 if shape == 3 else 1_000_000)
        meant = {number, stored} if budget and stored <= budget else {number}
        return Cell(stored, true=number, allowed=frozenset(meant), sure=False)
    if shape == 5:
        shown = number == int(number)  # else its thousands are rounded away
        return figure(number, number * 1000 if shown else number, style="thousands", sure=False)
    if shape == 6:
        return figure(number, style=chance.choice(["money", "unit", "exponent", "text"]))
    if shape == 7:
        return figure(number, style=chance.choice(["date", "month"]), sure=False)
    if shape == 8:
        return figure(number, kind="formula")
    if shape == 9:
        return Cell(f"SUM({number})", "unstored", sure=False)
    return nonsense(number, chance)


def share(percent: Decimal, chance: random.Random) -> Cell:
    shape = chance.randrange(9)
    if shape == 0:
        return figure(percent, f"{vietnamese(percent)}%")
    if shape == 1:
        return written(percent, chance)
    if shape in (2, 3):  # typed with a % sign
        style = chance.choice(["%", "%."])
        return figure(percent, percent / 100, style=style, sure=percent == 0)
    if shape == 4:
        return figure(percent, style=chance.choice(["sign", "money", "text"]))
    if shape == 5:
        return figure(percent, vietnamese(percent / 100), sure=percent == 0)
    if shape == 6:
        return figure(percent, f"{vietnamese(percent)} %", sure=False)
    if shape == 7:
        return Cell("H1/2", "unstored", sure=False)
    return nonsense(percent, chance)


def nonsense(number: Decimal, chance: random.Random) -> Cell:
    kind = chance.randrange(6)
    if kind == 0:
        return BLANK
    if kind == 1:
        return Cell(chance.choice(ERRORS), "error", sure=False)
    if kind == 2:
        return Cell(chance.choice(JUNK), sure=False)
    if kind == 3:
        return Cell(chance.choice(SILENT), allowed=frozenset({Decimal(0)}), sure=False, silent=True)
    if kind == 4:
        return Cell(chance.choice([True, False]), sure=False)
    return Cell(-number - 1, sure=False)


def state(status: str, chance: random.Random) -> Cell:
    shape = chance.randrange(8)
    if shape < 4:
        spelt = [
            status.upper(),
            f"  {status} ",
            status.replace(" ", "\u00a0"),
            status.lower(),
            unicodedata.normalize("NFD", status),
        ]
        return figure(status, chance.choice(spelt))
    if shape == 4:
        return figure(status, f"{chance.choice(['Đã ', '- '])}{status}", sure=False)
    if shape == 5:
        return Cell(chance.choice(ERRORS), "error", sure=False)
    if shape == 6:
        return BLANK
    return Cell(chance.choice(NO_STATUS), sure=False)
