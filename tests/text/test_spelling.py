"""Texts that are the same in spite of marks, case, spaces and composition."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from cchc_xl.text.dates import parse_month
from cchc_xl.text.numbers import parse_number
from cchc_xl.text.spelling import clean, key
from cchc_xl.text.targets import parse_targets


@given(st.text(max_size=60))
def test_no_text_breaks_the_readers(text):
    parse_number(text)
    parse_month(text, 2018)
    parse_targets(text)
    assert key(clean(text)) == key(text)


def test_decomposed_unicode_is_the_same_text():
    import unicodedata

    assert clean(unicodedata.normalize("NFD", "Sở Nội vụ")) == "Sở Nội vụ"
