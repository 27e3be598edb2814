"""The real decisions, read field by field against a reading made without this software,
in every kind of file; and plans of other shapes."""

from __future__ import annotations

import csv
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from cchc_xl.decision.reader import read_decision
from cchc_xl.errors import NotADecisionError, UnreadableFileError
from cchc_xl.findings.finding import NOWHERE
from cchc_xl.plan.proofs import prove_plan
from tests.support import documents

EXPECTED = Path(__file__).parents[1] / "fixtures" / "expected-plan-2018.csv"


@pytest.fixture(scope="module")
def expected() -> dict[tuple[str, str], dict[str, str]]:
    with EXPECTED.open(encoding="utf-8", newline="") as stream:
        return {(line["plan"], line["code"]): line for line in csv.DictReader(stream)}


@pytest.fixture(scope="module")
def read(decisions):
    return {
        (decision.plan.decision.partition("/")[0], item.code): item
        for decision in decisions
        for item in decision.plan.items
    }


def test_every_row_is_there_and_no_other(expected, read):
    assert list(read) == list(expected)


def text(value) -> str:
    return "" if value is None else str(value)


@pytest.mark.parametrize(
    ("column", "field"),
    [
        ("parent", lambda i: i.parent),
        ("title_start", lambda i: i.title[:25]),
        ("title_end", lambda i: i.title[-20:]),
        ("budget_dong", lambda i: text(i.budget)),
        ("start", lambda i: text(i.start)),
        ("end", lambda i: text(i.end)),
        ("leads", lambda i: "; ".join(i.leads)),
        ("reporters", lambda i: "; ".join(i.reporters)),
        ("frequency", lambda i: i.frequency),
        ("collector", lambda i: i.collector),
    ],
)
def test_fields_equal_the_independent_reading(expected, read, column, field):
    differing = {
        key: (field(read[key]), line[column])
        for key, line in expected.items()
        if field(read[key]) != line[column]
    }
    assert differing == {}


def test_fields_of_one_plan_only_equal_the_independent_reading(expected, read):
    for (plan, code), line in expected.items():
        item = read[plan, code]
        if plan == "3598":
            assert item.budget_holder == line["budget_holder"], code
        else:
            assert item.deadline == line["deadline_text"], code
            assert item.indicator[-20:] == line["result_end"], code


def test_the_decisions_say_who_they_are(decisions):
    first, second = (decision.plan for decision in decisions)
    assert (first.id, first.decision, first.date) == ("3598-2017", "3598/QĐ-UBND", "2017-12-28")
    assert (second.id, second.decision, second.date) == ("2784-2017", "2784/QĐ-UBND", "2017-10-09")
    assert first.title == (
        "Kế hoạch hoạt động và ngân sách thực hiện cải cách hành chính nhà nước tỉnh Đắk Lắk "
        "năm 2018"
    )
    assert first.total == 8_000_000_000
    assert [decision.province for decision in decisions] == ["Đắk Lắk", "Đắk Lắk"]
    assert decisions[1].due == {"6T": (6, 1), "NAM": (11, 30)}


def test_the_levels_are_counted_as_published(decisions):
    first, second = (Counter(item.level for item in d.plan.items) for d in decisions)
    assert first == {"task": 7, "output": 22, "activity": 74}
    assert second == {"group": 8, "task": 39}


def test_money_by_agency_comes_out_of_the_activities_to_the_dong(decisions):
    plan = decisions[0].plan
    held = Counter()
    for leaf in plan.leaves:
        held[leaf.budget_holder] += leaf.budget or 0
    assert {agency: dong for agency, dong in held.items() if dong} == {
        "Sở Nội vụ": 2_050_000_000,
        "Sở Tư pháp": 150_000_000,
        "Văn phòng UBND tỉnh": 300_000_000,
        "Sở Thông tin và Truyền thông": 3_470_000_000,
        "Sở Khoa học và Công nghệ": 1_700_000_000,
        "Sở Văn hóa, Thể thao và Du lịch": 180_000_000,
        "Cổng Thông tin điện tử của tỉnh": 150_000_000,
    }
    assert {a.agency: a.budget for a in plan.allocations} == {k: v for k, v in held.items() if v}


def test_blank_money_is_not_zero(decisions):
    plan = decisions[0].plan
    blank = [item.code for item in plan.items if item.budget is None]
    assert blank == ["4.3.2", "6.3.4", "6.3.5", "6.3.6", "6.3.7"]


def test_the_real_plans_prove_themselves(decisions):
    assert [prove_plan(decision.plan) for decision in decisions] == [[], []]


def test_what_is_doubtful_in_the_real_decisions_is_said_with_its_place(decisions):
    first, second = ({(f.code, f.value): f for f in decision.findings} for decision in decisions)
    assert first["frequency-not-understood", "Công thông tin điện tử của tỉnh"]
    assert first["name-near", "Sơ Tư pháp"].place.cell == "dòng 84"
    people = [f for f in decisions[0].findings if f.code == "person-spelt-two-ways"]
    assert "Thúy" in people[0].message and "Thủy" in people[0].message
    confirm = [f.message for f in decisions[0].findings if f.code == "reporter-to-confirm"]
    assert [message.split()[1] for message in confirm] == [
        "4.2.1",
        "4.3.2",
        "6.3.1",
        "6.3.2",
        "6.3.5",
    ]
    assert second["decision-number-differs", "2724/QĐ-UBND"].place.cell == "dòng 57"
    joined = [f.message.split()[1] for f in decisions[1].findings if f.code == "row-joined"]
    assert joined == ["III.1:", "III.7:", "IV.5:", "V.2:", "VII.1:", "VII.8:"]
    for decision in decisions:
        assert all(f.place.file and f.place.cell for f in decision.findings)


# --------------------------------------------------------------- other file types


@pytest.mark.parametrize("guise", [documents.as_word, documents.as_excel])
@pytest.mark.parametrize("which", [0, 1])
@pytest.mark.long
def test_word_and_excel_give_the_same_plan_as_the_text(
    decisions, decision_files, registry, tmp_path, guise, which
):
    suffix = ".docx" if guise is documents.as_word else ".xlsx"
    path = guise(decision_files[which], tmp_path / f"quyet-dinh{suffix}")
    plan = read_decision(path, registry).plan
    known = decisions[which].plan
    assert (plan.id, plan.title, plan.total) == (known.id, known.title, known.total)
    assert [replace(item, source=NOWHERE, assigned_at=NOWHERE) for item in plan.items] == [
        replace(item, source=NOWHERE, assigned_at=NOWHERE) for item in known.items
    ]
    assert [(a.agency, a.budget) for a in plan.allocations] == [
        (a.agency, a.budget) for a in known.allocations
    ]
    assert all(item.source.sheet and item.source.cell for item in plan.items)


def test_a_cell_merged_over_rows_holds_for_each_of_them(registry, tmp_path):
    """In Word and in Excel; merged money counts once."""
    import docx
    import openpyxl

    table = [
        ["TT", "Nội dung", "Thời hạn", "Kinh phí (triệu đồng)", "Cơ quan thực hiện"],
        ["1", "Thể chế", "", "30", ""],
        ["1.1", "Rà soát văn bản", "Quý II/2026", "30", "Sở Tư pháp"],
        ["1.2", "Kiểm tra văn bản", "", "", ""],
    ]
    document = docx.Document()
    document.add_paragraph("Số: 7/QĐ-UBND ngày 05 tháng 02 năm 2026")
    grid = document.add_table(rows=4, cols=5)
    book = openpyxl.Workbook()
    book.active.append(["Số: 7/QĐ-UBND ngày 05 tháng 02 năm 2026"])
    for r, texts in enumerate(table):
        book.active.append(texts)
        for c, text in enumerate(texts):
            grid.cell(r, c).text = text
    for column in (2, 3, 4):
        grid.cell(2, column).merge(grid.cell(3, column))
        book.active.merge_cells(
            start_row=4, end_row=5, start_column=column + 1, end_column=column + 1
        )
    document.save(str(tmp_path / "q.docx"))
    book.save(tmp_path / "q.xlsx")
    for name in ("q.docx", "q.xlsx"):
        plan = read_decision(tmp_path / name, registry).plan
        below = plan.by_code["1.2"]
        assert (below.leads, str(below.end), below.budget) == (("Sở Tư pháp",), "2026-06", None)
        assert plan.by_code["1.1"].budget == 30_000_000


def test_the_number_in_a_word_letterhead_is_found(registry, tmp_path):
    import docx

    document = docx.Document()
    head = document.add_table(rows=1, cols=2)
    head.cell(0, 0).text = "UBND TỈNH LÂM ĐỒNG\nSố: 7/QĐ-UBND"
    head.cell(0, 1).text = "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM\nLâm Đồng, ngày 05 tháng 02 năm 2026"
    document.add_paragraph("Ban hành Kế hoạch cải cách hành chính")
    document.add_paragraph("năm 2027 của tỉnh")
    grid = document.add_table(rows=2, cols=3)
    for at, text in enumerate(["TT", "Nội dung", "Chủ trì", "1", "Rà soát", "Sở Tư pháp"]):
        grid.cell(at // 3, at % 3).text = text
    document.save(str(tmp_path / "q.docx"))
    plan = read_decision(tmp_path / "q.docx", registry).plan
    assert (plan.decision, plan.date, plan.year) == ("7/QĐ-UBND", "2026-02-05", 2027)
    assert plan.title == "Kế hoạch cải cách hành chính năm 2027 của tỉnh"


# ------------------------------------------------------------------ other plans


@pytest.fixture
def other(tmp_path, registry):
    def read_text(text: str):
        path = tmp_path / "ke-hoach.md"
        path.write_text(text, "utf-8")
        return read_decision(path, registry)

    return read_text


def test_another_province_another_shape(other):
    decision = other(documents.OTHER_PROVINCE)
    plan = decision.plan
    assert (plan.decision, plan.date, plan.year) == ("15/QĐ-UBND", "2026-02-05", 2026)
    assert plan.title == "Kế hoạch cải cách hành chính tỉnh Lâm Đồng năm 2026"
    assert decision.province == "Lâm Đồng"
    assert decision.due == {"6T": (6, 10), "NAM": (12, 15)}
    assert [(i.code, i.parent, i.budget, str(i.end)) for i in plan.items] == [
        ("1", "", 30_000_000, "None"),
        ("1.1", "1", 19_500_000, "2026-06"),
        ("1.2", "1", 10_500_000, "2026-09"),
        ("1.3", "1", None, "None"),
    ]
    assert plan.by_code["1.3"].reporters == ("Các Sở, ban, ngành",)
    assert prove_plan(plan) == []


def test_codes_and_months_that_a_sheet_holds_as_numbers_and_dates(registry, tmp_path):
    import datetime

    import openpyxl

    book = openpyxl.Workbook()
    page = book.active
    for line in documents.OTHER_PROVINCE.split("| TT")[0].splitlines():
        page.append([line])
    page.append(["TT", "Nội dung", "Từ tháng", "Đến tháng", "Kinh phí (triệu đồng)", "Chủ trì"])
    page.append([1, "Thể chế", None, None, 30, None])
    start, end = datetime.date(2026, 1, 1), datetime.date(2026, 6, 30)
    page.append([1.1, "Rà soát văn bản", start, end, 19.5, "Sở Tư pháp"])
    page.append([1.2, "Kiểm tra công vụ", None, 9, 10.5, "Sở Nội vụ"])
    book.save(tmp_path / "so.xlsx")
    plan = read_decision(tmp_path / "so.xlsx", registry).plan
    assert [(i.code, i.budget, str(i.start), str(i.end)) for i in plan.items] == [
        ("1", 30_000_000, "None", "None"),
        ("1.1", 19_500_000, "2026-01", "2026-06"),
        ("1.2", 10_500_000, "None", "2026-09"),
    ]
    assert prove_plan(plan) == []


@pytest.mark.parametrize(
    ("change", "to", "code", "message"),
    [
        ("| 19,5 |", "| 19 |", "children-do-not-add-up", "29,5"),
        ("10.500.000", "10.000.000", "allocation-differs", "10,5"),
        ("10.500.000", "10.000.000", "allocations-do-not-add-up", "29,5"),
    ],
)
def test_a_contradiction_in_the_money_is_found(other, change, to, code, message):
    assert change in documents.OTHER_PROVINCE
    plan = other(documents.OTHER_PROVINCE.replace(change, to)).plan
    found = [f for f in prove_plan(plan) if f.code == code]
    assert found and message in found[0].message


@pytest.mark.parametrize(
    ("unit", "factor"),
    [
        ("triệu đồng", 1),
        ("đồng", 10**-6),
        ("nghìn đồng", 10**-3),
        ("1.000 đồng", 10**-3),
        ("tỷ đồng", 1000),
    ],
)
def test_money_counts_in_the_unit_the_table_states(other, unit, factor):
    plan = other(documents.OTHER_PROVINCE.replace("(triệu đồng)", f"({unit})")).plan
    assert plan.by_code["1"].budget == round(30_000_000 * factor)


def test_a_total_row_in_the_middle_or_on_top_ends_nothing(other):
    text = documents.OTHER_PROVINCE
    total = "| Tổng cộng | | | | 30 | | |\n"
    part = "| Tổng cộng | | | | 19,5 | | |\n"
    moved = text.replace(total, "")
    on_top = moved.replace("| 1 | Thể chế", total + "| 1 | Thể chế")
    in_the_middle = text.replace("| 1.2 |", part + "| 1.2 |")
    for changed in (on_top, in_the_middle):
        plan = other(changed).plan
        assert [item.code for item in plan.items] == ["1", "1.1", "1.2", "1.3"]
        assert plan.total == 30_000_000


def test_a_second_table_does_not_overwrite_the_first(other):
    table = documents.OTHER_PROVINCE.partition("| TT")[2].partition("Báo cáo")[0]
    second = ("\nPhụ lục 3\n| TT" + table).replace("Rà soát văn bản", "Việc khác")
    decision = other(documents.OTHER_PROVINCE + second)
    assert decision.plan.by_code["1.1"].title == "Rà soát văn bản"
    assert "code-repeated" in {f.code for f in decision.findings}


@pytest.mark.parametrize(
    ("line", "dong"),
    [
        ("- Sở Nội vụ: 10.500.000 đồng (Mười triệu năm trăm nghìn đồng)", 10_500_000),
        ("- Sở Nội vụ: 0,0105 tỷ đồng;", 10_500_000),
        ("- Sở Nội vụ: 10,5 triệu đồng", 10_500_000),
        ("- Sở Nội vụ: 10,500,000 đồng.", 10_500_000),
        ("1) Sở Nội vụ: 10.500 nghìn đồng", 10_500_000),
    ],
)
def test_money_by_agency_is_read_in_any_manner(other, line, dong):
    text = documents.OTHER_PROVINCE.replace("- Sở Nội vụ: 10.500.000 đồng", line)
    assert other(text).plan.allocated["Sở Nội vụ"] == dong


@pytest.mark.parametrize(
    "text",
    [
        "Tổng kinh phí: 30 triệu đồng, trong đó:\n- Sở Nội vụ: 10.500.000 đồng\n",
        "Tổng kinh phí: 30.000.000đ\nTrong đó:\n- Sở Nội vụ 10.500.000 đồng;\n",
    ],
)
def test_a_list_of_amounts_in_other_manners(other, text):
    before, _, after = documents.OTHER_PROVINCE.partition("Tổng kinh phí")
    rest = "- Sở Tư pháp" + after.partition("- Sở Tư pháp")[2]
    plan = other(before + text + rest).plan
    assert plan.allocated == {"Sở Nội vụ": 10_500_000, "Sở Tư pháp": 19_500_000}


@pytest.mark.parametrize(
    ("unit", "dong"),
    [
        ("ĐVT: Tr.đồng", 30_000_000),
        ("ĐVT: 1.000.000 đồng", 30_000_000),
        ("Đơn vị tính: 1.000 VNĐ", 30_000),
        ("ĐVT: Triệu VND", 30_000_000),
    ],
)
def test_the_unit_may_stand_above_the_table(other, unit, dong):
    text = documents.OTHER_PROVINCE.replace(" (triệu đồng)", "").replace("| TT", f"{unit}\n| TT", 1)
    assert other(text).plan.by_code["1"].budget == dong


@pytest.mark.parametrize("label", ["Cộng", "TỔNG", "Tổng số", ""])
def test_a_total_by_any_name_is_no_row(other, label):
    text = documents.OTHER_PROVINCE.replace("| Tổng cộng |", f"| {label} |")
    plan = other(text).plan
    assert plan.total == 30_000_000
    assert plan.by_code["1.3"].budget is None


def test_prose_page_numbers_and_signatures_after_a_table_are_no_rows(other):
    text = documents.OTHER_PROVINCE + (
        "\n12\nIII. TỔ CHỨC THỰC HIỆN\n1. Sở Nội vụ có trách nhiệm theo dõi.\n"
        "| Nơi nhận: | TM. ỦY BAN NHÂN DÂN | | | | | |\n| | CHỦ TỊCH | | | | | |\n"
    )
    assert [item.code for item in other(text).plan.items] == ["1", "1.1", "1.2", "1.3"]


def test_a_subject_in_capitals_over_several_lines(other):
    text = documents.OTHER_PROVINCE.replace(
        "Về việc phê duyệt Kế hoạch cải cách hành chính tỉnh Lâm Đồng năm 2026",
        "VỀ VIỆC BAN HÀNH KẾ HOẠCH\nCẢI CÁCH HÀNH CHÍNH NĂM 2027\nCHỦ TỊCH ỦY BAN NHÂN DÂN TỈNH",
    )
    plan = other(text).plan
    assert (plan.title, plan.year) == ("KẾ HOẠCH CẢI CÁCH HÀNH CHÍNH NĂM 2027", 2027)


def test_brackets_with_other_amounts_are_no_amount_in_words(other):
    text = documents.OTHER_PROVINCE.replace(
        "Tổng kinh phí: 30 triệu đồng",
        "Tổng kinh phí: 30 triệu đồng (ngân sách tỉnh 20 triệu đồng).",
    )
    assert "words-differ" not in {f.code for f in other(text).findings}


def test_a_merged_row_over_two_lines_is_not_doubled(registry, tmp_path):
    import docx

    document = docx.Document()
    document.add_paragraph("Số: 7/QĐ-UBND ngày 05 tháng 02 năm 2026")
    grid = document.add_table(rows=3, cols=4)
    texts = ["TT", "Nội dung", "Thời hạn", "Chủ trì", "1", "Rà soát", "Quý II", "Sở Tư pháp"]
    for at, text in enumerate(texts):
        grid.cell(at // 4, at % 4).text = text
    grid.cell(2, 1).text = "theo chuyên đề"
    for column in (0, 2, 3):
        grid.cell(1, column).merge(grid.cell(2, column))
    document.save(str(tmp_path / "q.docx"))
    (item,) = read_decision(tmp_path / "q.docx", registry).plan.items
    assert (item.title, item.deadline, item.leads) == (
        "Rà soát theo chuyên đề",
        "Quý II",
        ("Sở Tư pháp",),
    )


def test_merged_blank_cells_above_the_first_text_do_no_harm(registry, tmp_path):
    import openpyxl

    book = openpyxl.Workbook()
    page = book.active
    page.merge_cells("A1:C2")
    for at, text in enumerate(["TT", "Nội dung", "Chủ trì", 1, "Rà soát năm 2026", "Sở Tư pháp"]):
        page.cell(5 + at // 3, 1 + at % 3).value = text
    page["A7"] = "Kế hoạch năm 2026"
    book.save(tmp_path / "q.xlsx")
    assert len(read_decision(tmp_path / "q.xlsx", registry).plan.items) == 1


def test_the_total_is_not_taken_from_the_year(other):
    text = documents.OTHER_PROVINCE.replace(
        "Tổng kinh phí: 30 triệu đồng", "Tổng kinh phí thực hiện năm 2026 là 30 triệu đồng"
    )
    assert other(text).plan.total == 30_000_000


def test_leads_and_collectors_in_one_table(other):
    text = documents.OTHER_PROVINCE.replace("| Phối hợp |", "| Tần suất thu thập |").replace(
        "| Sở Tư pháp | Sở Nội vụ |", "| Sở Tư pháp | Hàng quý |"
    )
    item = other(text).plan.by_code["1.1"]
    assert (item.leads, item.frequency) == (("Sở Tư pháp",), "Hàng quý")


def test_a_row_broken_inside_one_table_is_joined(other):
    text = documents.OTHER_PROVINCE.replace("| 1.2 |", "| | theo chuyên đề | | | | | |\n| 1.2 |")
    decision = other(text)
    assert decision.plan.by_code["1.1"].title == "Rà soát văn bản theo chuyên đề"
    assert "row-joined" in {f.code for f in decision.findings}


def test_a_year_is_needed(other):
    text = documents.OTHER_PROVINCE.replace("2026", "").replace("năm ", "")
    with pytest.raises(NotADecisionError, match="không ghi năm"):
        other(text)


def test_a_row_without_its_parent_is_found_and_still_counted(other):
    plan = other(documents.OTHER_PROVINCE.replace("| 1.2 |", "| 2.2 |")).plan
    found = {f.code: f.message for f in prove_plan(plan)}
    assert "2.2" in found["parent-missing"]
    assert [item.code for item in plan.children("")] == ["1", "2.2"]


@pytest.mark.parametrize(
    ("change", "to", "code"),
    [
        ("| 1.2 |", "| 1.1 |", "code-repeated"),
        ("| 10,5 | Sở", "| mười | Sở", "amount-not-understood"),
        ("(triệu đồng)", "", "unit-missing"),
        ("| Tổng cộng | | | | 30 |", "| Tổng cộng | | | | 31 |", "totals-differ"),
        ("10.500.000 đồng", "mười triệu rưỡi (10,5) đ/năm", "allocation-not-understood"),
        ("Về việc phê duyệt Kế hoạch", "Kế hoạch", "title-missing"),
        ("| Tháng 9 |", "| Mùa mưa |", "month-not-understood"),
        ("| Sở Nội vụ | |", "| Sở Nội vu | |", "name-near"),
        ("| Sở Nội vụ | |", "| Sở Bí ẩn | |", "name-unknown"),
        ("Số: 15/QĐ-UBND", "", "decision-number-missing"),
        (
            "Tổng kinh phí: 30 triệu đồng",
            "Tổng kinh phí: 30 triệu đồng (Ba triệu đồng)",
            "words-differ",
        ),
    ],
)
def test_what_cannot_be_read_plainly_becomes_a_finding(other, change, to, code):
    assert change in documents.OTHER_PROVINCE
    decision = other(documents.OTHER_PROVINCE.replace(change, to))
    found = [f for f in decision.findings if f.code == code]
    assert found, [f.code for f in decision.findings]
    assert found[0].place.file == "ke-hoach.md"


def test_a_row_only_in_one_of_two_tables_is_found(decision_files, registry, tmp_path):
    text = decision_files[0].read_text("utf-8")
    lines = text.splitlines()
    at = max(i for i, line in enumerate(lines) if line.startswith("Hoạt động 7.1.4"))
    path = tmp_path / "thieu.txt"
    path.write_text("\n".join(lines[:at] + lines[at + 1 :]), "utf-8")
    found = [f for f in read_decision(path, registry).findings if f.code == "code-only-in-budget"]
    assert [f.message.split()[1] for f in found] == ["7.1.4"]


def test_a_file_that_is_no_decision_says_so(registry, tmp_path):
    letter = tmp_path / "thu.txt"
    letter.write_text("Kính gửi anh chị,\nGửi kèm báo cáo.\n", "utf-8")
    with pytest.raises(NotADecisionError, match=r"thu\.txt không phải quyết định"):
        read_decision(letter, registry)


@pytest.mark.parametrize("name", ["hong.docx", "hong.xlsx", "hong.pdf", "hong.txt"])
def test_a_damaged_file_says_so(registry, tmp_path, name):
    path = tmp_path / name
    path.write_bytes(b"PK\x03\x04 not a document \xff\xfe")
    with pytest.raises(UnreadableFileError, match=name if name != "hong.pdf" else r"\.pdf"):
        read_decision(path, registry)


def test_a_missing_file_says_so(registry, tmp_path):
    with pytest.raises(UnreadableFileError, match="Không thấy tệp"):
        read_decision(tmp_path / "khong-co.txt", registry)
