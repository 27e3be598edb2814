"""Rows high enough for their text, held against a real layout program."""

from __future__ import annotations

import subprocess

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cchc_xl.writing.book import Book
from cchc_xl.writing.textfit import column_pixels, text_height

LONG = (
    "Truyền thông hỗ trợ hoạt động kiểm soát thủ tục hành chính; nhập, đăng tải thủ tục hành "
    "chính lên Cơ sở dữ liệu quốc gia theo quy định của Chính phủ và hướng dẫn của Bộ, ngành. "
)


@given(st.text(min_size=1, max_size=200), st.integers(5, 60))
def test_more_text_is_never_lower_and_a_wider_column_never_higher(text, width):
    pixels = column_pixels(width)
    height = text_height(text, pixels, 11)
    assert text_height(text + " thêm", pixels, 11) >= height
    assert text_height(text, pixels * 2, 11) <= height
    assert text_height(text, pixels, 11, bold=True) >= height


@pytest.mark.parametrize(("width", "most"), [(9, 1), (16, 1), (24, 2), (40, 3)])
def test_every_word_of_a_wrapped_cell_arrives_on_paper(libreoffice, tmp_path, width, most):
    """A cell cut off at its foot would lose its last words in the PDF; they are marked."""
    book = Book("Thử")
    sheet = book.sheet("Thử")
    sheet.widths([width, width])
    for row in range(most):
        sheet.put(row, 0, LONG * (row + 1) + f"end{row}x", text_wrap=True)
        sheet.put(row, 1, LONG * (row + 1) + f"last{row}x", text_wrap=True, bold=True)
    sheet.page(landscape=True, heading_rows=(0, 0), columns=2, rows=most)
    path = tmp_path / "thu.xlsx"
    path.write_bytes(book.to_bytes())
    pdf = libreoffice.convert(path, "pdf", tmp_path)
    done = subprocess.run(["pdftotext", "-raw", pdf, "-"], check=True, capture_output=True)
    text = done.stdout.decode()
    for row in range(most):
        assert f"end{row}x" in text
        assert f"last{row}x" in text
