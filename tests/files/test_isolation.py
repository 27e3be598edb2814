"""A file is read in a process of its own: at worst it costs that process."""

from __future__ import annotations

import os
import subprocess
import time

import pytest

from cchc_xl.errors import UnreadableFileError
from cchc_xl.files import isolation
from cchc_xl.files.isolation import Reader, read_all
from cchc_xl.files.returned_workbook import read_workbook
from cchc_xl.text.legacy_fonts import _TCVN3, decoder_of, from_tcvn3, from_vni, looks_old
from cchc_xl.writing.book import Book


def a_workbook(text: str) -> bytes:
    book = Book("x")
    book.sheet("Trang").put(0, 0, text)
    return book.to_bytes()


@pytest.fixture
def reader():
    one = Reader()
    yield one
    one.close()


@pytest.mark.parametrize(
    ("function", "arguments", "why"),
    [
        (os._exit, (1,), "bị hỏng nặng"),
        (os.abort, (), "bị hỏng nặng"),
        (bytearray, (8 * 2**30,), "quá lớn"),
        (time.sleep, (60,), "đọc quá lâu"),
        (int, ("x",), "bị hỏng"),
        (read_workbook, (b"",), "tệp rỗng"),
    ],
)
def test_whatever_happens_there_the_next_file_is_read(
    reader, monkeypatch, function, arguments, why
):
    monkeypatch.setattr(isolation, "SECONDS_FOR_A_FILE", 2.0)
    with pytest.raises(UnreadableFileError, match=why):
        reader.call(function, *arguments)
    workbook = reader.call(read_workbook, a_workbook("sống"))
    assert workbook.grid("Trang").rows == [["sống"]]


def test_answers_come_in_the_order_asked_though_some_fail():
    asked = [a_workbook(f"{n}") if n % 3 else b"PK".ljust(99) for n in range(12)]

    def read(process, content):
        try:
            return process.call(read_workbook, content).grid("Trang").rows[0][0]
        except UnreadableFileError:
            return None

    assert list(read_all(asked, read)) == [str(n) if n % 3 else None for n in range(12)]


def test_no_process_is_left_behind(reader):
    reader.call(read_workbook, a_workbook("x"))
    process = reader._process
    reader.close()
    assert process.poll() is not None


# ------------------------------------------------------- fonts of before Unicode


def test_tcvn3_is_what_the_system_says_it_is():
    """iconv knows the standard; its capitals with marks are in fonts of their own (…H)."""
    letters = "".join(map(chr, _TCVN3)).replace("\xad", "") + "\xad"
    told = subprocess.run(
        ["iconv", "-f", "TCVN5712-1", "-t", "UTF-8"],
        input=letters.encode("latin-1"),
        capture_output=True,
        check=True,
    )
    assert from_tcvn3(letters) == told.stdout.decode()


@pytest.mark.parametrize(
    ("font", "typed", "meant"),
    [
        (".VnTime", "§ang thùc hiÖn, ch­a cã v­íng m¾c", "Đang thực hiện, chưa có vướng mắc"),
        (".VnTimeH", "hoµn thµnh", "HOÀN THÀNH"),
        ("VNI-Times", "Ñang thöïc hieän, coù vöôùng maéc", "Đang thực hiện, có vướng mắc"),
        ("VNI-Times", "HOAØN THAØNH nhieäm vuï, kyõ thuaät", "HOÀN THÀNH nhiệm vụ, kỹ thuật"),
    ],
)
def test_text_of_an_old_font_is_read_as_it_shows(font, typed, meant):
    assert decoder_of(font)(typed) == meant


def test_fonts_of_today_are_left_alone():
    assert decoder_of("Times New Roman") is None and decoder_of("VnArial") is None


def test_old_text_in_a_font_of_today_is_noticed():
    assert looks_old("Hoµn thµnh") and looks_old("ngµy 12/3")
    for text in ("Hoàn thành", "Café 50 µg ± 2 §", "René Müller", "2 × 3", "“a” «b»"):
        assert not looks_old(text)


def test_vni_without_marks_stays_itself():
    assert from_vni("bao cao 12") == "bao cao 12"
