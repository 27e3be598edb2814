"""Days and months as plans name them."""

from __future__ import annotations

import datetime

import pytest

from cchc_xl.text.dates import format_date, is_partly_read, months_named, parse_month


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


def test_dates_follow_the_decree():
    """Nghị định 30/2020/NĐ-CP: a leading zero for days under 10 and for months 1 and 2."""
    assert format_date(datetime.date(2018, 6, 1)) == "01/6/2018"
    assert format_date(datetime.date(2018, 2, 28)) == "28/02/2018"
