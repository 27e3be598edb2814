"""Targets that indicators ask for."""

from __future__ import annotations

from decimal import Decimal

import pytest

from cchc_xl.text.targets import Target, parse_targets


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
