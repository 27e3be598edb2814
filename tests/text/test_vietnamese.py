"""Text, numbers, months and targets as Vietnamese officers write them."""

from __future__ import annotations

import datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cchc_xl.text.dates import format_date, is_partly_read, months_named, parse_month
from cchc_xl.text.money import dong_from_million, exact, million_from_dong, million_number
from cchc_xl.text.numbers import format_million, number_readings, parse_amount, parse_number
from cchc_xl.text.spelling import clean, key
from cchc_xl.text.targets import Target, parse_targets


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("0", "0"),
        ("3,4", "3.4"),
        ("12,5", "12.5"),
        ("6.170", "6170"),
        ("1478,4", "1478.4"),
        ("1.478,4", "1478.4"),
        ("2.050.000.000", "2050000000"),
        ("-15,5", "-15.5"),
        (" 150 ", "150"),
    ],
)
def test_numbers_are_read_by_vietnamese_rules(text, number):
    assert parse_number(text) == Decimal(number)


@pytest.mark.parametrize(
    "text", ["", "mười", "1.5", "1,478.4", "12.34", "1.2345", "15 triệu", "--"]
)
def test_what_is_no_vietnamese_number_is_not_guessed(text):
    assert parse_number(text) is None


@pytest.mark.parametrize(
    ("text", "readings"),
    [
        ("1.478,4", ["1478.4"]),
        ("1,478.4", ["1478.4"]),
        ("12,5", ["12.5"]),
        ("12.5", ["12.5"]),
        ("150", ["150"]),
        ("1.500", ["1500", "1.5"]),
        ("1,500", ["1.5", "1500"]),
        ("mười", []),
    ],
)
def test_a_typed_number_keeps_every_reading_it_allows(text, readings):
    assert list(number_readings(text)) == [Decimal(r) for r in readings]


@given(st.integers(min_value=-(10**15), max_value=10**15))
def test_any_amount_survives_writing_and_reading(dong):
    assert parse_number(format_million(dong)) == million_from_dong(dong)
    assert dong_from_million(million_from_dong(dong)) == dong


@given(st.integers(min_value=0, max_value=10**14))
def test_an_amount_survives_a_spreadsheet_cell(dong):
    """A cell holds a binary float; the đồng must come back exactly."""
    cell = million_number(dong)
    assert dong_from_million(exact(cell)) == dong


def test_noise_of_binary_sums_is_not_taken_for_money():
    assert exact(0.1 + 0.2) == Decimal("0.3")
    assert dong_from_million(exact(3.4 + 10 + 3.4 + 10 + 3.2)) == 30_000_000


def test_nothing_known_is_not_zero():
    assert million_number(None) is None
    assert million_number(0) == 0


@pytest.mark.parametrize(
    ("text", "month"),
    [
        ("Tháng 01", "2018-01"),
        ("Tháng 6", "2018-06"),
        ("Tháng 12/2017", "2017-12"),
        ("Tháng 02/2019", "2019-02"),
        ("12/2017", "2017-12"),
        ("Quý I/2018", "2018-03"),
        ("Quý IV/2017", "2017-12"),
        ("Quý III năm 2018", "2018-09"),
        ("Năm 2018", "2018-12"),
        ("trước ngày 31/12/2017", "2017-12"),
        ("trước ngày 01/6/2018", "2018-05"),
        ("ngày 15/7/2018", "2018-07"),
        ("Ban hành trước ngày 31/12/2017. Triển khai (và cập nhật Hàng năm)", "2017-12"),
        ("Từ tháng 3 đến tháng 11/2018", "2018-11"),
        ("Tháng 3-11/2018", "2018-11"),
        ("Tháng 3, 6, 9", "2018-09"),
        ("Quý I, II/2018", "2018-06"),
        ("Quý II - IV/2019", "2019-12"),
        ("6 tháng đầu năm 2018", "2018-06"),
        ("6 tháng cuối năm", "2018-12"),
        ("9 tháng đầu năm 2019", "2019-09"),
        ("Năm 2018-2020", "2020-12"),
        ("Trước ngày 01 tháng 6 năm 2018", "2018-05"),
        ("Tháng 12/2017 - Tháng 3/2018", "2018-03"),
        ("Tháng 12/2017 - 3/2018", "2018-03"),
        ("Tháng 3, năm 2018", "2018-03"),
        ("Quý II, năm 2018", "2018-06"),
        ("tháng 6 (năm 2018)", "2018-06"),
        ("Tháng 6/2018 và 12/2018", "2018-12"),
        ("Tháng 6 & 12", "2018-12"),
        ("Tháng 12/17", "2017-12"),
        ("Quý IV/17", "2017-12"),
        ("Năm 2017, 2018", "2018-12"),
        ("01-12/2018", "2018-12"),
        ("01/2018-12/2018", "2018-12"),
        ("Quý III và IV năm 2019", "2019-12"),
    ],
)
def test_months_and_deadlines(text, month):
    assert str(parse_month(text, 2018)) == month


def test_numbers_left_over_are_not_passed_over_in_silence():
    assert is_partly_read("trước ngày 10/6 và 10/12")
    assert not is_partly_read("Từ tháng 3 đến tháng 11/2019")
    assert not is_partly_read("Thường xuyên")


def test_an_amount_typed_by_hand_with_a_comma_and_three_digits_is_not_guessed():
    assert parse_amount("1,500") is None
    assert parse_amount("0,105") == Decimal("0.105")
    assert parse_amount("1.500") == 1500


def test_a_range_of_time_names_its_beginning_too():
    named = months_named("Từ tháng 3 đến tháng 11/2019", 2018)
    assert [str(month) for month in named] == ["2019-03", "2019-11"]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Thường xuyên",
        "Hàng năm",
        "Theo yêu cầu",
        "Định kỳ hàng năm",
        "Tháng 13",
        "trước ngày 31/6",
    ],
)
def test_what_names_no_month_has_none(text):
    assert parse_month(text, 2018) is None


@pytest.mark.parametrize(
    ("text", "targets"),
    [
        ("100% văn bản QPPL xây dựng đúng quy định", [("=", "100", "%")]),
        ("Trên 80% cơ quan chuyên môn", [(">", "80", "%")]),
        ("Hơn 80% nội dung", [(">", "80", "%")]),
        ("Từ 70% số đơn vị", [(">=", "70", "%")]),
        ("100 % nội dung của kế hoạch", [("=", "100", "%")]),
        ("Giảm 1.5% trên tổng số biên chế", [("=", "1.5", "%")]),
        ("cắt giảm tối thiểu 10% chi phí", [(">=", "10", "%")]),
        ("56 đơn vị hành chính cấp xã được nghiệm thu", [("=", "56", "đơn vị")]),
        ("50 công chức chuyên trách CCHC", [("=", "50", "công chức")]),
        ("-56 đơn vị áp dụng", [("=", "56", "đơn vị")]),
        ("- 40% số hồ sơ ở mức độ 3 và 10% ở mức độ 4", [("=", "40", "%"), ("=", "10", "%")]),
        ("Tạo cơ sở giao dự toán thu, chi", []),
        ("Quyết định 19/2014/QĐ-TTg", []),
    ],
)
def test_targets_are_read_where_an_indicator_states_a_number(text, targets):
    assert list(parse_targets(text)) == [Target(r, Decimal(v), u) for r, v, u in targets]


@given(st.text(max_size=60))
def test_no_text_breaks_the_readers(text):
    parse_number(text)
    parse_month(text, 2018)
    parse_targets(text)
    assert key(clean(text)) == key(text)


def test_decomposed_unicode_is_the_same_text():
    import unicodedata

    assert clean(unicodedata.normalize("NFD", "Sở Nội vụ")) == "Sở Nội vụ"


def test_dates_follow_the_decree():
    """Nghị định 30/2020/NĐ-CP: a leading zero for days under 10 and for months 1 and 2."""
    assert format_date(datetime.date(2018, 6, 1)) == "01/6/2018"
    assert format_date(datetime.date(2018, 2, 28)) == "28/02/2018"
