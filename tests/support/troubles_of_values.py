"""Troubles with codes, whole columns of figures, and letters."""

from __future__ import annotations

import datetime
import unicodedata
from collections.abc import Callable, Iterable

from openpyxl.styles import Font

from tests.support.filled import TEXT_FIELDS, trouble
from tests.support.vietnamese_fonts import tcvn3, vni

# ------------------------------------------------------------------------ codes


@trouble
def codes_with_dots_spaces_and_words(form):
    writings = ("{}.", " {}", "{}\u00a0", "Mục {}", "{} ", "{}.\u00a0")
    form.sheet.delete_cols(14)
    for at, code in enumerate(form.codes):
        form.cell(code, "code").value = writings[at % len(writings)].format(code)


@trouble
def roman_codes_in_small_letters(form):
    form.sheet.delete_cols(14)
    for code in form.codes:
        form.cell(code, "code").value = code.lower()


@trouble
def codes_turned_into_dates(form):
    """What "1.1.3" becomes when typed again under some settings."""
    form.sheet.delete_cols(14)
    codes = form.codes[:3]
    for at, code in enumerate(codes, 1):
        form.cell(code, "code").value = datetime.datetime(2003, at, 1)
        form.cell(code, "code").number_format = "dd/mm/yyyy"
    form.may_lose(codes)


@trouble
def codes_turned_into_dates_beside_their_keys(form):
    codes = form.codes[:3]
    for at, code in enumerate(codes, 1):
        form.cell(code, "code").value = datetime.datetime(2003, at, 1)
        form.cell(code, "code").number_format = "dd/mm/yyyy"
    form.may_lose(codes)


@trouble
def codes_numbered_anew(form):
    form.sheet.delete_cols(14)
    for at, code in enumerate(form.rows, 1):
        form.cell(code, "code").value = at
    form.may_lose()


@trouble
def codes_of_two_rows_changed_over(form):
    one, other = form.codes[:2]
    a, b = form.cell(one, "code"), form.cell(other, "code")
    a.value, b.value = b.value, a.value
    form.may_lose([one, other])


@trouble
def titles_of_two_rows_changed_over(form):
    """Code and key say one thing, the words another."""
    one, other = form.codes[:2]
    a, b = form.cell(one, "title"), form.cell(other, "title")
    a.value, b.value = b.value, a.value
    form.may_lose([one, other])


# ---------------------------------------------------------------- whole columns


def _spending(form, write: Callable[[float], object], number_format: str = "General"):
    for code in form.paid:
        cell = form.cell(code, "spent")
        cell.value, cell.number_format = write(cell.value), number_format


@trouble(money=True)
def amounts_in_dong(form):
    _spending(form, lambda value: round(value * 1_000_000))
    form.may_lose(fields=["spent"])


@trouble
def amounts_in_dong_without_a_budget(form):
    amounts_in_dong(form)


@trouble(money=True)
def amounts_in_thousands(form):
    """Where there is a budget; without one, nothing tells 12.500 thousand from million."""
    for code in form.paid:
        if not form.cell(code, "budget").value:
            form.cell(code, "spent").value = form.truth[code]["spent"] = None
    _spending(form, lambda value: round(value * 1000))
    form.may_lose(fields=["spent"])


def _unit_in_heading(form, unit: str) -> None:
    cell = form.sheet.cell(form.heading_row, form.columns["spent"])
    cell.value = cell.value.replace("triệu đồng", unit)
    form.may_lose(fields=["spent"])


@trouble
def the_heading_says_dong(form):
    _unit_in_heading(form, "đồng")
    _spending(form, lambda value: round(value * 1_000_000))


@trouble
def the_heading_says_thousands(form):
    _unit_in_heading(form, "nghìn đồng")
    _spending(form, lambda value: round(value * 1000))


@trouble(money=True)
def dong_shown_as_million_by_the_format(form):
    _spending(form, lambda value: round(value * 1_000_000), "#,##0.0,,")
    form.may_lose(fields=["spent"])


@trouble
def amounts_as_vietnamese_text(form):
    def write(value):
        return f"{value:,}".translate(str.maketrans(",.", ".,"))

    _spending(form, write, "@")


def _percents(form, number_format: str):
    for code in form.codes:
        cell = form.cell(code, "percent")
        if cell.value is not None:
            cell.value, cell.number_format = cell.value / 100, number_format


@trouble
def percents_typed_with_the_sign(form):
    _percents(form, "0.0%")


@trouble
def percents_as_plain_fractions(form):
    _percents(form, "General")
    form.may_lose(fields=["percent"])


# ------------------------------------------------------------------------- text


@trouble
def decomposed_unicode(form):
    for page in form.workbook.worksheets[:1]:
        for row in page.iter_rows():
            for cell in row:
                if isinstance(cell.value, str):
                    cell.value = unicodedata.normalize("NFD", cell.value)


def _old_encoding(form, encode: Callable[[str], str], font: str, fields: Iterable[str]):
    for _, field, cell in form.entries():
        if field in fields:
            cell.value, cell.font = encode(cell.value), Font(name=font)


@trouble
def texts_in_tcvn3(form):
    _old_encoding(form, tcvn3, ".VnTime", TEXT_FIELDS)


@trouble
def statuses_and_texts_in_tcvn3(form):
    _old_encoding(form, tcvn3, ".VnTime", ("status", *TEXT_FIELDS))


@trouble
def texts_in_vni(form):
    _old_encoding(form, vni, "VNI-Times", TEXT_FIELDS)


@trouble
def statuses_and_texts_in_vni(form):
    _old_encoding(form, vni, "VNI-Times", ("status", *TEXT_FIELDS))


@trouble
def tcvn3_under_a_unicode_font(form):
    """The letters are wrong on the agency's own screen; that must at least be said."""
    _old_encoding(form, tcvn3, "Times New Roman", ("status", *TEXT_FIELDS))
    form.may_lose(fields=("status", *TEXT_FIELDS))
