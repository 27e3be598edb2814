"""Amounts in words."""

from __future__ import annotations

import csv
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from num2words import num2words

from cchc_xl.text.amounts_in_words import dong_in_words, in_words, same_words
from cchc_xl.text.money import dong_from_million, million_from_dong
from cchc_xl.text.numbers import format_million, parse_number
from tests.support.listener import listen


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (0, "không"),
        (5, "năm"),
        (10, "mười"),
        (11, "mười một"),
        (15, "mười lăm"),
        (20, "hai mươi"),
        (21, "hai mươi mốt"),
        (24, "hai mươi tư"),
        (25, "hai mươi lăm"),
        (100, "một trăm"),
        (105, "một trăm linh năm"),
        (110, "một trăm mười"),
        (115, "một trăm mười lăm"),
        (1_000, "một nghìn"),
        (1_010, "một nghìn không trăm mười"),
        (1_005, "một nghìn không trăm linh năm"),
        (1_000_000, "một triệu"),
        (1_000_001, "một triệu không trăm linh một"),
        (3_400_000, "ba triệu bốn trăm nghìn"),
        (1_478_400_000, "một tỷ bốn trăm bảy mươi tám triệu bốn trăm nghìn"),
        (2_050_000_000, "hai tỷ không trăm năm mươi triệu"),
        (8_000_000_000, "tám tỷ"),
        (10**12, "một nghìn tỷ"),
        (10**15, "một triệu tỷ"),
        (-21, "âm hai mươi mốt"),
    ],
)
def test_numbers_in_words(number, words):
    assert in_words(number) == words


def test_a_document_ends_an_amount_with_a_capital():
    assert dong_in_words(8_000_000_000) == "Tám tỷ đồng"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Tám tỷ đồng", "tám tỉ đồng chẵn"),
        ("hai mươi bốn ngàn đồng", "hai mươi tư nghìn đồng"),
        ("một trăm lẻ năm", "Một trăm linh năm"),
    ],
)
def test_manners_of_writing_mean_the_same(one, other):
    assert same_words(one, other)
    assert not same_words(one, "chín tỷ đồng")


@given(st.integers(0, 10**18 - 1))
def test_a_listener_writes_down_the_same_number(number):
    high, low = divmod(number, 10**9)
    words = in_words(number)
    if high:  # what stands before "tỷ" is a number of its own
        before, _, after = words.partition(" tỷ")
        assert (listen(before), listen(after)) == (high, low)
    else:
        assert listen(words) == number


# ------------------------------------------------------- a table from a second source

_TABLE = Path(__file__).parents[1] / "fixtures" / "amounts-in-words.csv"
with _TABLE.open(encoding="utf-8") as _file:
    TABLE = [(m, int(dong), words, other) for m, dong, words, other in list(csv.reader(_file))[1:]]


@pytest.mark.parametrize(("million", "dong", "words", "_"), TABLE)
def test_an_amount_is_said_as_the_second_source_says_it(million, dong, words, _):
    assert in_words(dong) == words
    assert dong_in_words(dong) == f"{words[0].upper()}{words[1:]} đồng"
    if million:
        number = parse_number(million)
        assert dong_from_million(number) == dong
        assert million_from_dong(dong) == Decimal(number)
        assert format_million(dong) == million


def test_the_table_has_every_irregular_place():
    assert len(TABLE) > 250
    said = {words for _, _, words, _ in TABLE}
    for place in (
        "mốt",
        "tư",
        "lăm",
        "linh",
        "mười",
        "không trăm",
        "nghìn tỷ",
        "triệu tỷ",
        "tỷ tỷ",
        "âm",
    ):
        assert sum(f" {place} " in f" {words} " for words in said) >= 1, place
    assert all(listen_to_all(words) == dong for _, dong, words, _ in TABLE)


def listen_to_all(words: str) -> int:
    """The number that a listener writes down, beyond tỷ and below nought."""
    if words.startswith("âm "):
        return -listen_to_all(words.removeprefix("âm "))
    before, _, after = words.rpartition("tỷ")
    return (listen_to_all(before) if before else 0) * 10**9 + listen(after)


def _manner(words: str) -> str:
    return words.replace("lẻ", "linh").replace("mươi bốn", "mươi tư")


@pytest.mark.parametrize(("dong", "words", "wrong"), sorted({row[1:] for row in TABLE}))
def test_the_usual_library_agrees_except_where_it_is_known_to_be_wrong(dong, words, wrong):
    try:
        said = " ".join(num2words(dong, lang="vi").split())
    except IndexError:
        said = "(lỗi IndexError)"
    assert said == wrong or (not wrong and _manner(said) == words)
    if wrong:
        beyond = dong < 0 or dong >= 10**12
        assert beyond or "không trăm" in words  # a group that begins with noughts
