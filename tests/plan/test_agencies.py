"""Names in documents -> agencies of the registry, never silently the wrong one."""

from __future__ import annotations

import datetime
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cchc_xl.plan.agencies import Agency, Group, Registry, slug
from cchc_xl.text.spelling import without_marks

SO = "Các Sở, ban, ngành"
HUYEN = "UBND các huyện, thị xã, thành phố"
XA = "UBND các xã, phường, thị trấn"


def names(registry, text):
    return [mention.name or mention.text for mention in registry.mentions(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Sở Nội vụ", ["Sở Nội vụ"]),
        ("Sở Văn hóa Thể thao và Du lịch", ["Sở Văn hóa, Thể thao và Du lịch"]),
        ("Các Sở, ban, ngành; UBND các huyện, thị xã, thành phố", [SO, HUYEN]),
        (
            "- Sở Nội vụ - Các sở, ban, ngành, cơ quan, đơn vị có liên quan",
            ["Sở Nội vụ", "Các Sở, ban, ngành có liên quan"],
        ),
        ("Sở Thông tin và Truyền thông Sở Nội vụ", ["Sở Thông tin và Truyền thông", "Sở Nội vụ"]),
        ("Sở Thông tin và Truyền thông, Sở Nội vụ", ["Sở Thông tin và Truyền thông", "Sở Nội vụ"]),
        (
            "Văn phòng UBND tỉnh; các Sở: Nội vụ, Tư pháp, Kế hoạch và Đầu tư",
            ["Văn phòng UBND tỉnh", "Sở Nội vụ", "Sở Tư pháp", "Sở Kế hoạch và Đầu tư"],
        ),
        ("Các sở, ban, ngành, UBND cấp huyện, xã", [SO, HUYEN, XA]),
        ("UBND cấp huyện, cấp xã và Bưu điện", [HUYEN, XA, "Bưu điện"]),
        ("Đài Phát thanh và Truyền hình tỉnh", ["Đài Phát thanh và Truyền hình tỉnh"]),
        ("Sở Lao động - Thương binh và Xã hội", ["Sở Lao động - Thương binh và Xã hội"]),
        ("", []),
    ],
)
def test_a_cell_may_name_several(registry, text, expected):
    assert names(registry, text) == expected


@pytest.mark.parametrize(
    ("slip", "meant"),
    [
        ("Sơ Tư pháp", "Sở Tư pháp"),
        ("Công Thông tin điện tử của tỉnh", "Cổng Thông tin điện tử của tỉnh"),
        ("Các cơ, ban, ngành có liên quan", "Các Sở, ban, ngành có liên quan"),
        ("UBND huyện Krông Bôg", "UBND huyện Krông Bông"),
    ],
)
def test_a_slip_is_resolved_and_told(registry, slip, meant):
    (mention,) = registry.mentions(slip)
    assert (mention.name, mention.how) == (meant, "near")


@pytest.mark.parametrize(
    "text",
    ["UBND huyện Krông", "Sở", "UBND huyện Krông Bug", "Sở Văn hóa", "Ban", "Sở Y", "Bộ Tư pháp X"],
)
def test_what_could_be_several_stays_unresolved(registry, text):
    assert registry.resolve(text).how == "unknown"


def test_every_agency_is_found_by_its_own_name_and_without_marks(registry):
    for agency in registry.agencies:
        assert registry.resolve(agency.name).how == "exact"
        assert registry.resolve(without_marks(agency.name)).name == agency.name


@given(st.data())
def test_a_mistyped_name_is_never_taken_for_another(registry, data):
    """One wrong letter: the right agency or none."""
    agency = data.draw(st.sampled_from(registry.agencies))
    at = data.draw(st.integers(0, len(agency.name) - 1))
    letter = data.draw(st.sampled_from("aăbcdđegiklmnopqrstuvxyAHNS "))
    typed = agency.name[:at] + letter + agency.name[at + 1 :]
    assert registry.resolve(typed).name in (agency.name, "")


def test_groups_expand_to_members_and_communes_report_through_districts(registry):
    districts = registry.members(HUYEN)
    assert len(districts) == 15
    assert len(registry.members(SO)) == 20
    assert registry.members(XA) == districts
    assert registry.members("Các Sở, ban, ngành có liên quan") == ()
    assert len(registry.expand([SO, HUYEN, XA])) == 35


def test_a_successor_takes_over_from_its_day_on(registry):
    until = datetime.date(2018, 7, 1)
    merged = tuple(
        replace(a, successor="Sở Xây dựng", succeeded_on=until)
        if a.name == "Sở Giao thông vận tải"
        else a
        for a in registry.agencies
    )
    changed = Registry(merged, registry.groups)
    before = changed.expand(["Sở Giao thông vận tải"], datetime.date(2018, 6, 30))
    after = changed.expand(["Sở Giao thông vận tải"], datetime.date(2018, 12, 31))
    assert (before, after) == (("Sở Giao thông vận tải",), ("Sở Xây dựng",))


def test_successors_in_a_circle_end(registry):
    day = datetime.date(2018, 1, 1)
    circle = Registry(
        (
            Agency("A", "Sở A", successor="Sở B", succeeded_on=day),
            Agency("B", "Sở B", successor="Sở A", succeeded_on=day),
        )
    )
    assert circle.expand(["Sở A"], day) == ("Sở B",)


def test_a_registry_of_a_thousand_units_works_alike():
    units = tuple(Agency(f"X{i}", f"UBND xã số {i:04d}", ("Các xã",)) for i in range(1000))
    large = Registry(units, (Group("Các xã"),))
    assert len(large.expand(["Các xã"])) == 1000
    assert large.resolve("UBND xã số 0042").name == "UBND xã số 0042"
    assert large.resolve("UBND xã số 42").how == "unknown"


def test_file_names_are_plain():
    assert slug("Sở Văn hóa, Thể thao và Du lịch") == "So-Van-hoa-The-thao-va-Du-lich"
    assert slug("UBND huyện Cư M'gar") == "UBND-huyen-Cu-M-gar"
    assert slug("Đài ../..\\x") == "Dai-x"
