"""The province's goals: read from decisions, kept in the master, edited by officers."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cchc_xl.decision.documents import DocumentLine
from cchc_xl.decision.goals import read_goals
from cchc_xl.decision.reader import read_decision
from cchc_xl.files.spreadsheets import OpenedWorkbook
from cchc_xl.findings.finding import NOWHERE, Place
from cchc_xl.master.opening import load
from cchc_xl.master.reader import read_master
from cchc_xl.master.writer import write_master
from cchc_xl.plan.model import Goal
from cchc_xl.text.targets import Target, parse_target
from tests.support.documents import OTHER_PROVINCE, as_excel, as_word
from tests.support.forms import edit_workbook

SHEET, PLAN = "Chỉ tiêu tỉnh", "2784-2017"


def goals_in(text: str) -> list[tuple[str, str]]:
    """(what is required, text) of each goal in the lines of a decision."""
    lines = [
        DocumentLine(Place("q", "", f"dòng {n}"), (line,))
        for n, line in enumerate(text.split("\n"))
    ]
    goals = read_goals([line for line in lines if line.text], "1-2018")
    assert [goal.code for goal in goals] == [f"MT.{n}" for n in range(1, len(goals) + 1)]
    return [(goal.target.printed if goal.target else "", goal.text) for goal in goals]


# ----------------------------------------------------------------- the real decision


def test_the_goals_of_2784_read_by_hand(decisions):
    """Part II.1.b, one line for each number, and PAPI without one."""
    by_hand = [
        ("MT.1", "> 85%", "Chỉ số CCHC của tỉnh (PAR INDEX) đạt trên 85%", 90),
        ("MT.2", "", "Chỉ số hiệu quả quản trị và hành chính công của tỉnh (PAPI) nằm trong", 90),
        ("MT.3", "100%", "Đảm bảo 100% văn bản quy phạm pháp luật của HĐND, UBND các cấp", 92),
        ("MT.4", "100%", "Đảm bảo 100% cơ quan hành chính nhà nước, đơn vị sự nghiệp", 94),
        ("MT.5", "100%", "Đảm bảo 100% thủ tục hành chính (TTHC) thuộc thẩm quyền", 94),
        ("MT.6", "100%", "100% các cơ quan, đơn vị sự nghiệp công lập được phê duyệt Đề án", 94),
        ("MT.7", "100%", "100% cán bộ, công chức, viên chức, người lao động", 94),
        ("MT.8", "≥ 10%", "Hàng năm, thực hiện công bố công khai giảm thời gian", 96),
        ("MT.9", "> 80%", "Mức độ hài lòng của người dân, doanh nghiệp về giải quyết TTHC", 96),
    ]
    goals = decisions[1].plan.goals
    assert len(goals) == len(by_hand)
    for goal, (code, required, begins, line) in zip(goals, by_hand, strict=True):
        assert (goal.plan, goal.code, goal.achieved) == (PLAN, code, None)
        assert (goal.target.printed if goal.target else "") == required
        assert goal.text.startswith(begins)
        assert goal.source.cell == f"dòng {line}"
    assert goals[8].text.endswith("đạt trên 80%")
    assert decisions[0].plan.goals == ()


@pytest.mark.parametrize("guise", [as_word, as_excel])
def test_word_and_excel_give_the_same_goals(decisions, decision_files, registry, tmp_path, guise):
    path = guise(decision_files[1], tmp_path / f"q{'.docx' if guise is as_word else '.xlsx'}")
    goals = read_decision(path, registry).plan.goals
    assert [replace(goal, source=NOWHERE) for goal in goals] == [
        replace(goal, source=NOWHERE) for goal in decisions[1].plan.goals
    ]


# -------------------------------------------------------------------- other wordings


def test_a_made_up_decision_with_other_wording(registry, tmp_path):
    before, table, after = OTHER_PROVINCE.partition("\n| TT")
    chapters = """
II. CÁC CHỈ TIÊU CỤ THỂ ĐẾN NĂM 2026
Thực hiện Nghị quyết số 76/NQ-CP ngày 15/7/2021, phấn đấu:
1. Về thể chế
a) 100% văn bản được ban hành đúng hạn (theo Quyết định 15/QĐ-UBND; Luật 2015).
b) Không quá 5 % hồ sơ trễ hạn; mức độ hài lòng đạt từ 95% trở lên.
2. Về thủ tục
a) 80% hồ sơ cấp tỉnh, tối thiểu 70% hồ sơ cấp huyện được nộp trực
12
tuyến tại TP. Đà Lạt
b) 15 đơn vị áp dụng ISO
c) 6 tháng một lần đối thoại với doanh nghiệp
III. NHIỆM VỤ
1. 50% văn bản được rà soát.
"""
    path = tmp_path / "q.md"
    path.write_text(before + chapters + table + after, "utf-8")
    goals = read_decision(path, registry).plan.goals
    both = "80% hồ sơ cấp tỉnh, tối thiểu 70% hồ sơ cấp huyện được nộp trực tuyến tại TP. Đà Lạt"
    assert [(goal.target, goal.text) for goal in goals] == [
        (
            Target("=", Decimal(100), "%"),
            "100% văn bản được ban hành đúng hạn (theo Quyết định 15/QĐ-UBND; Luật 2015)",
        ),
        (Target("<=", Decimal(5), "%"), "Không quá 5 % hồ sơ trễ hạn"),
        (Target(">=", Decimal(95), "%"), "Mức độ hài lòng đạt từ 95% trở lên"),
        (Target("=", Decimal(80), "%"), both),
        (Target(">=", Decimal(70), "%"), both),
        (Target("=", Decimal(15), "đơn vị"), "15 đơn vị áp dụng ISO"),
        (None, "6 tháng một lần đối thoại với doanh nghiệp"),
    ]


@pytest.mark.parametrize(
    ("text", "goals"),
    [
        # Word keeps the numbers and bullets it sets itself out of the text.
        (
            "Mục tiêu cụ thể\nĐến năm 2020 phấn đấu:\nPAPI thuộc nhóm khá;\n90% hồ sơ đúng hạn\n"
            "Nhiệm vụ và giải pháp\nTinh giản 10% biên chế.",
            [("", "PAPI thuộc nhóm khá"), ("90%", "90% hồ sơ đúng hạn")],
        ),
        (
            "Mục tiêu cụ thể:\n1. Trên 90% hồ sơ đúng hạn\n2. PAPI thuộc nhóm khá\nII. NHIỆM VỤ\n"
            "1. 10% biên chế",
            [("> 90%", "Trên 90% hồ sơ đúng hạn"), ("", "PAPI thuộc nhóm khá")],
        ),
        ("* Mục tiêu cụ thể:\n- Đạt 90%.\n2. Nhiệm vụ\n- Giảm 10%", [("90%", "Đạt 90%")]),
        (
            "1.2. Một số mục tiêu cụ thể: 100% TTHC được công khai.\n1.3. Nhiệm vụ\n- 10%",
            [("100%", "100% TTHC được công khai")],
        ),
        (
            "2. Mục tiêu cụ thể\n2.1. Thể chế:\n- Đạt 90%\n2.2. Thủ tục\n+ Giảm 5%\n3. Việc\n- 1%",
            [("90%", "Đạt 90%"), ("5%", "Giảm 5%")],
        ),
        ("a) Chỉ tiêu chủ yếu\n- Đạt 90%\nNơi nhận:\n- Lưu: VT 10%.", [("90%", "Đạt 90%")]),
        # No headings of such a list.
        ("Hoàn thành 90% các mục tiêu cụ thể:\n- 10% biên chế", []),
        ("- Các chỉ tiêu được giao trong năm\n- 10% biên chế", []),
        ("Các chỉ tiêu cụ thể do Sở Nội vụ giao đã được hoàn thành.\n- 10% biên chế", []),
        ("Mục tiêu chung:\n- 10% biên chế", []),
        ("Mục tiêu cụ thể:", []),
        ("", []),
    ],
)
def test_which_lines_are_goals(text, goals):
    assert goals_in(text) == goals


def test_numbers_of_decisions_and_years_are_no_targets():
    text = "Mục tiêu cụ thể:\n- 2020 là năm hoàn thành Quyết định 225/QĐ-TTg ngày 04/02/2016."
    assert [required for required, _ in goals_in(text)] == [""]


# ------------------------------------------------------------------ what is required


@pytest.mark.parametrize(
    ("text", "printed"),
    [
        ("> 85%", "> 85%"),
        (">85 %", "> 85%"),
        ("Trên 85%", "> 85%"),
        ("đạt trên 85%", "> 85%"),
        (">= 10%", "≥ 10%"),
        ("tối thiểu 10%", "≥ 10%"),
        ("10% trở lên", "≥ 10%"),
        ("không dưới 10%", "≥ 10%"),
        ("= 100%", "100%"),
        ("100%", "100%"),
        ("<0,5%", "< 0,5%"),
        ("không quá 5%", "≤ 5%"),
        ("từ 5% trở xuống", "≤ 5%"),
        ("thấp hơn 5%", "< 5%"),
        ("56 đơn vị", "56 đơn vị"),
        ("≥56 đơn vị", "≥ 56 đơn vị"),
        ("> 42,5 điểm", "> 42,5 điểm"),
        ("1.500 hồ sơ", "1.500 hồ sơ"),
        ("85", ""),
        ("85 - 90%", ""),
        ("80% và 90%", ""),
        ("cao", ""),
        ("", ""),
        ("%", ""),
    ],
)
def test_what_officers_write_as_required(text, printed):
    target = parse_target(text)
    assert (target.printed if target else "") == printed
    assert target is None or parse_target(target.printed) == target


@given(
    st.sampled_from(["=", ">", ">=", "<", "<="]),
    st.decimals(0, 10_000, places=3),
    st.sampled_from(["%", "đơn vị", "hồ sơ", "điểm"]),
)
def test_a_target_as_printed_is_read_back(relation, value, unit):
    value = value.to_integral_value() if unit != "%" else value % 1000
    target = Target(relation, value, unit)
    assert parse_target(target.printed) == target


# --------------------------------------------------------------------- in the master


def master_of(workspace):
    return workspace / "CCHC-2018.xlsm"


def goal_in(workspace, code) -> Goal:
    goals = load(workspace)[1].plan_by_id[PLAN].goals
    return next(goal for goal in goals if goal.code == code)


def add_row(workspace, *row):
    book = openpyxl.load_workbook(master_of(workspace))
    book[SHEET].append(row)
    book.save(master_of(workspace))


def found_in_sheet(workspace):
    return [f for f in load(workspace)[2] if f.place.sheet == SHEET]


def test_goals_survive_the_workbook(programme):
    known = (
        (Target(">", Decimal(85), "%"), Decimal("86.5")),
        (Target(">", Decimal(85), "%"), Decimal("0.5")),
        (Target("<=", Decimal("1.125"), "%"), Decimal("1.125")),
        (Target(">=", Decimal(1500), "hồ sơ"), Decimal(1234)),
        (Target("=", Decimal("42.5"), "điểm"), Decimal("42.125")),
        (None, Decimal("0.5")),
        (None, None),
    )
    goals = tuple(
        Goal(PLAN, f"MT.{n}", f"Chỉ tiêu {n}", target, achieved, "2018-6T", "Báo cáo 1/BC-SNV")
        for n, (target, achieved) in enumerate(known, 9)
    )
    plans = tuple(replace(p, goals=goals if p.id == PLAN else ()) for p in programme.plans)
    content = write_master(replace(programme, plans=plans))
    again, findings = read_master(OpenedWorkbook(content), "so.xlsx")
    read = again.plan_by_id[PLAN].goals
    assert tuple(replace(goal, source=NOWHERE) for goal in read) == goals
    assert [goal.source.cell for goal in read] == [f"D{row}" for row in range(5, 12)]
    assert again.plan_by_id["3598-2017"].goals == ()
    assert findings == []


@pytest.mark.parametrize("value", ["86,5%", "86.5 %", "86,5", 86.5])
def test_an_officer_says_what_was_achieved(workspace, value):
    edit_workbook(
        master_of(workspace),
        SHEET,
        {"Mã": "MT.1"},
        **{"Đạt được": value, "Từ kỳ": "2018-9t", "Văn bản, nguồn số liệu": "QĐ 12/QĐ-BNV"},
    )
    goal = goal_in(workspace, "MT.1")
    assert (goal.achieved, goal.achieved_from) == (Decimal("86.5"), "2018-9T")
    assert goal.evidence == "QĐ 12/QĐ-BNV"
    assert found_in_sheet(workspace) == []


def test_an_officer_changes_what_is_required_and_adds_a_goal(workspace):
    edit_workbook(master_of(workspace), SHEET, {"Mã": "MT.2"}, **{"Yêu cầu": "trên 42,5 điểm"})
    add_row(workspace, PLAN, "MT.10", "Sở, ngành dùng chữ ký số", "≥ 20 sở", "18 sở")
    assert goal_in(workspace, "MT.2").target == Target(">", Decimal("42.5"), "điểm")
    added = goal_in(workspace, "MT.10")
    assert (added.target, added.achieved) == (Target(">=", Decimal(20), "sở"), Decimal(18))
    codes = [goal.code for goal in load(workspace)[1].plan_by_id[PLAN].goals]
    assert codes == [f"MT.{n}" for n in range(1, 11)]
    assert found_in_sheet(workspace) == []


@pytest.mark.parametrize(
    ("heading", "value", "code", "cell"),
    [
        ("Yêu cầu", "rất cao", "cell-not-understood", "D5"),
        ("Yêu cầu", 0.85, "cell-not-understood", "D5"),
        ("Đạt được", "gần đạt", "cell-not-understood", "E5"),
        ("Đạt được", 0.865, "cell-not-understood", "E5"),  # or 86,5% in a cell of percent
        ("Đạt được", "0,5", "cell-not-understood", "E5"),
        ("Đạt được", "1.500%", "cell-not-understood", "E5"),
        ("Đạt được", -3, "cell-not-understood", "E5"),
        ("Đạt được", True, "cell-not-understood", "E5"),
        ("Đạt được", "12 đơn vị", "cell-not-understood", "E5"),
        ("Từ kỳ", "2018-T6", "goal-period-unknown", "F5"),
    ],
)
@pytest.mark.long
def test_a_cell_that_cannot_be_understood_is_found_with_its_place(
    workspace, heading, value, code, cell
):
    edit_workbook(
        master_of(workspace), SHEET, {"Mã": "MT.1"}, **({"Đạt được": "86%"} | {heading: value})
    )
    found = found_in_sheet(workspace)
    assert [(f.code, f.place) for f in found] == [(code, Place("CCHC-2018.xlsm", SHEET, cell))]
    goal = goal_in(workspace, "MT.1")
    assert goal.target is None if heading == "Yêu cầu" else goal.achieved is None


@pytest.mark.parametrize(
    ("row", "code", "cell"),
    [
        (("9999-2017", "MT.1", "Kế hoạch lạ", "> 1%"), "plan-unknown", "A14"),
        ((PLAN, None, "Không mã", "> 1%"), "row-unplaced", "B14"),
        ((None, "MT.10", "Không kế hoạch"), "row-unplaced", "B14"),
        ((PLAN, "MT.1", "Lặp lại", "> 1%"), "master-row-repeated", "B14"),
    ],
)
def test_an_added_row_that_cannot_be_placed_is_found(workspace, row, code, cell):
    add_row(workspace, *row)
    assert [(f.code, f.place.cell) for f in found_in_sheet(workspace)] == [(code, cell)]
    assert len(load(workspace)[1].plan_by_id[PLAN].goals) == 9


def test_a_master_from_before_there_was_the_sheet_is_read(workspace):
    before = load(workspace)[1]
    book = openpyxl.load_workbook(master_of(workspace))
    del book[SHEET]
    book.save(master_of(workspace))
    _, programme, findings, _ = load(workspace)
    assert all(plan.goals == () for plan in programme.plans)
    assert [len(plan.items) for plan in programme.plans] == [len(p.items) for p in before.plans]
    assert not [f for f in findings if f.severity == "error"]
