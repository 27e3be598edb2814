"""The master workbook: what is written is read back, and what officers edit takes effect."""

from __future__ import annotations

import datetime
import re
from dataclasses import replace

import openpyxl
import pytest

from cchc_xl.errors import MasterWorkbookError, UnreadableFileError
from cchc_xl.files.spreadsheets import OpenedWorkbook
from cchc_xl.findings.finding import NOWHERE
from cchc_xl.master.layout import AGENCIES, DASHBOARD, MAIL, TABLES
from cchc_xl.master.macros import WORDS_SHEET
from cchc_xl.master.opening import load
from cchc_xl.master.reader import read_master
from cchc_xl.master.records import Record
from cchc_xl.master.result_tables import RESULTS
from cchc_xl.master.writer import write_master
from cchc_xl.plan.model import code_order
from cchc_xl.text.dates import Month
from cchc_xl.workspace.journal import RememberedSheets
from tests.support.forms import edit_workbook


def without_places(programme):
    plans = tuple(
        replace(
            plan,
            items=tuple(replace(item, source=NOWHERE, assigned_at=NOWHERE) for item in plan.items),
            allocations=tuple(replace(a, source=NOWHERE) for a in plan.allocations),
            goals=tuple(replace(goal, source=NOWHERE) for goal in plan.goals),
        )
        for plan in programme.plans
    )
    agencies = tuple(replace(agency, aliases=()) for agency in programme.registry.agencies)
    registry = replace(programme.registry, agencies=agencies)
    return replace(programme, plans=plans, registry=registry)


def master_of(workspace):
    return workspace / "CCHC-2018.xlsm"


def item(workspace, code, plan="3598-2017"):
    return load(workspace)[1].plan_by_id[plan].by_code[code]


def test_the_programme_survives_the_workbook(programme):
    again, _ = read_master(OpenedWorkbook(write_master(programme)), "so.xlsx")
    assert without_places(again) == without_places(programme)


def test_the_same_programme_gives_the_same_bytes(programme):
    assert write_master(programme) == write_master(programme)


def test_every_sheet_of_data_is_an_excel_table(workspace):
    book = openpyxl.load_workbook(master_of(workspace))
    assert {s.title: list(s.tables) for s in book.worksheets} == {
        DASHBOARD: [],
        **{name: [table.name] for name, table in (RESULTS | TABLES).items()},
        WORDS_SHEET: [],
    }
    assert book[WORDS_SHEET].sheet_state == "veryHidden"


def test_the_decisions_are_kept_beside_the_master(workspace, decision_files):
    for path in decision_files:
        assert (workspace / "quyet-dinh" / path.name).read_bytes() == path.read_bytes()


def test_every_budget_points_to_the_line_of_the_decision(workspace, decisions):
    book = openpyxl.load_workbook(master_of(workspace))
    page = book["Kế hoạch"]
    headings = [cell.value for cell in page[4]]
    sources = [row[headings.index("Nguồn")].value for row in page.iter_rows(min_row=5)]
    assert sources == [str(i.source) for d in decisions for i in d.plan.items]


def test_an_edited_row_takes_effect(workspace):
    edit_workbook(
        master_of(workspace),
        "Kế hoạch",
        {"Mã": "1.1.3"},
        **{"Kinh phí dự toán (triệu đồng)": 18.5, "Đến tháng": "09/2018"},
    )
    changed = item(workspace, "1.1.3")
    assert (changed.budget, changed.end) == (18_500_000, Month(2018, 9))


def test_an_edit_that_breaks_the_sums_is_found_at_its_cell(workspace):
    edit_workbook(
        master_of(workspace), "Kế hoạch", {"Mã": "1.1.3"}, **{"Kinh phí dự toán (triệu đồng)": 18.5}
    )
    found = {f.code: f for f in load(workspace)[2]}
    assert "1.1" in found["children-do-not-add-up"].message
    assert found["children-do-not-add-up"].place.sheet == "Kế hoạch"
    assert "Sở Tư pháp" in found["allocation-differs"].message


def test_a_changed_budget_holder_takes_effect(workspace):
    edit_workbook(
        master_of(workspace),
        "Phân công",
        {"Mã": "1.1.3"},
        **{"Cơ quan sử dụng kinh phí": "Sở Tài chính"},
    )
    assert item(workspace, "1.1.3").budget_holder == "Sở Tài chính"


def test_a_new_agency_joins_its_group(workspace):
    path = master_of(workspace)
    book = openpyxl.load_workbook(path)
    page = book["Cơ quan"]
    page.append([None, "Ban Quản lý dự án tỉnh", "Các Sở, ban, ngành"])
    book.save(path)
    _, programme, findings, _ = load(workspace)
    reporters = programme.reporters(programme.plan_by_id["2784-2017"].by_code["I.1"])
    assert len(reporters) == 36
    assert "Ban Quản lý dự án tỉnh" in reporters
    assert programme.registry.by_name["Ban Quản lý dự án tỉnh"].id
    assert not [f for f in findings if f.severity == "error"]


def test_a_renamed_agency_keeps_its_rows(workspace):
    edit_workbook(
        master_of(workspace),
        "Cơ quan",
        {"Mã cơ quan": "STTTT"},
        **{"Tên cơ quan": "Sở Khoa học và Công nghệ số"},
    )
    renamed = item(workspace, "6.2.1")
    assert renamed.reporters == ("Sở Khoa học và Công nghệ số",)
    assert renamed.budget_holder == "Sở Khoa học và Công nghệ số"


def test_a_period_moved_takes_effect(workspace):
    edit_workbook(
        master_of(workspace),
        "Kỳ báo cáo",
        {"Kỳ": "2018-6T"},
        **{"Nộp trước ngày": datetime.date(2018, 6, 10)},
    )
    period = load(workspace)[1].period_by_id["2018-6T"]
    assert period.due_before == datetime.date(2018, 6, 10)


def test_the_periods_follow_the_decision(programme):
    due = {p.id: p.due_before.isoformat() for p in programme.periods}
    assert (due["2018-6T"], due["2018-NAM"]) == ("2018-06-01", "2018-11-30")
    assert list(due) == ["2018-Q1", "2018-6T", "2018-9T", "2018-NAM"]


def test_a_finding_marked_done_is_not_repeated(workspace):
    before = [f for f in load(workspace)[2] if f.code == "decision-number-differs"]
    edit_workbook(
        master_of(workspace),
        "Phát hiện khi nạp",
        {"Mã phát hiện": "decision-number-differs"},
        **{"Đã xử lý": "x"},
    )
    after = [f for f in load(workspace)[2] if f.code == "decision-number-differs"]
    assert (len(before), len(after)) == (1, 0)


@pytest.mark.parametrize(
    ("sheet", "key", "heading", "value", "code"),
    [
        (
            "Kế hoạch",
            {"Mã": "1.1.3"},
            "Kinh phí dự toán (triệu đồng)",
            "mười lăm",
            "cell-not-understood",
        ),
        ("Kế hoạch", {"Mã": "1.1.3"}, "Đến tháng", "sau Tết", "cell-not-understood"),
        ("Phân công", {"Mã": "1.1.3"}, "Cơ quan báo cáo", "Sở Bí ẩn", "name-unknown"),
        ("Phân công", {"Mã": "1.1.3"}, "Cơ quan báo cáo", "Sơ Tư pháp", "name-near"),
        ("Phân công", {"Mã": "1.1.3"}, "Cơ quan báo cáo", None, "no-reporter"),
        ("Phân công", {"Mã": "1.1.3"}, "Cơ quan sử dụng kinh phí", None, "no-holder"),
        ("Kỳ báo cáo", {"Kỳ": "2018-6T"}, "Nộp trước ngày", "đầu tháng 6", "cell-not-understood"),
        ("Cơ quan", {"Mã cơ quan": "SYT"}, "Đơn vị kế thừa", "Sở Bí ẩn", "successor-unknown"),
        ("Cơ quan", {"Mã cơ quan": "SYT"}, "Kế thừa từ ngày", "đầu năm", "cell-not-understood"),
        ("Kỳ báo cáo", {"Kỳ": "2018-6T"}, "Năm", "20188", "cell-not-understood"),
        ("Kỳ báo cáo", {"Kỳ": "2018-6T"}, "Số tháng", "13", "cell-not-understood"),
        ("Kỳ báo cáo", {"Kỳ": "2018-6T"}, "Kỳ", "2018/6T", "cell-not-understood"),
        ("Kỳ báo cáo", {"Kỳ": "2018-6T"}, "Tính quá hạn trước ngày", "x", "cell-not-understood"),
        (
            "Quyết định",
            {"Kế hoạch": "3598-2017"},
            "Ngày ban hành",
            "cuối năm",
            "cell-not-understood",
        ),
        (
            "Phân công",
            {"Mã": "1.1.3"},
            "Cơ quan sử dụng kinh phí",
            "Các Sở, ban, ngành",
            "holder-not-one-agency",
        ),
        (
            "Phân công",
            {"Mã": "1.1.3"},
            "Cơ quan sử dụng kinh phí",
            "Sở Tư pháp; Sở Nội vụ",
            "holder-not-one-agency",
        ),
        (
            "Phân công",
            {"Mã": "1.1.3"},
            "Cơ quan báo cáo",
            "Các cơ quan, đơn vị có liên quan",
            "no-reporter",
        ),
    ],
)
@pytest.mark.long
def test_a_cell_that_cannot_be_understood_is_found_with_its_place(
    workspace, sheet, key, heading, value, code
):
    edit_workbook(master_of(workspace), sheet, key, **{heading: value})
    found = [f for f in load(workspace)[2] if f.code == code and f.place.file == "CCHC-2018.xlsm"]
    assert found and found[0].place.sheet


@pytest.mark.parametrize(
    ("sheet", "row", "code"),
    [
        ("Kế hoạch", ["3598-2017", "1.1.3", "Hoạt động", "Lặp lại"], "code-repeated"),
        ("Kế hoạch", ["3598-2017", None, "Hoạt động", "Không mã"], "row-unplaced"),
        ("Kế hoạch", ["3598-2017", "8..2", "Hoạt động", "Mã sai"], "row-unplaced"),
        ("Quyết định", ["99-2018", "99/QĐ-UBND", None, "Rỗng", "2018", "QĐ 99", 100], "plan-empty"),
        ("Quyết định", ["3598-2017", "3598/QĐ-UBND"], "master-row-repeated"),
        ("Kỳ báo cáo", ["2018-6T", "Lặp lại", "2018", "3"], "master-row-repeated"),
        (
            "Phân công",
            ["3598-2017", "1.1.1", None, None, None, None, "Sở Y tế"],
            "master-row-repeated",
        ),
        ("Kế hoạch", ["9999-2017", "1", "Nhiệm vụ", "Kế hoạch lạ"], "plan-unknown"),
        ("Kế hoạch", ["3598-2017", "8.1.1", "Hoạt động", "Mồ côi"], "parent-missing"),
        ("Phân công", ["3598-2017", "8.8.8"], "assignment-unknown"),
        ("Cơ quan", ["SYT2", "Sở Y tế"], "agency-repeated"),
        ("Cơ quan", ["SYT", "Sở Y tế mới"], "agency-code-repeated"),
        ("Cơ quan", ["MOI", "Cơ quan mới", "Nhóm lạ"], "group-unknown"),
    ],
)
@pytest.mark.long
def test_an_added_row_that_cannot_be_placed_is_found(workspace, sheet, row, code):
    path = master_of(workspace)
    book = openpyxl.load_workbook(path)
    book[sheet].append(row)
    book.save(path)
    assert code in {f.code for f in load(workspace)[2]}


def test_codes_stand_in_the_order_a_plan_prints_them():
    codes = ["X.1", "IX.2", "1.10", "1.9", "1", "IX.10", "1.9.1", "1.²", "a..b"]
    assert sorted(codes[:7], key=code_order)[:4] == ["1", "1.9", "1.9.1", "1.10"]
    assert sorted(["VIII", "IX", "IV", "V"], key=code_order) == ["IV", "V", "VIII", "IX"]
    assert sorted(codes, key=code_order)  # odd ones do no harm


@pytest.mark.parametrize("sheet", [name for name in TABLES if name != MAIL])
def test_a_renamed_heading_stops_instead_of_blanking_a_column(workspace, sheet):
    # Remembers what it has read, so that a cell can be changed in it.
    master = RememberedSheets(OpenedWorkbook(master_of(workspace).read_bytes()), "so.xlsx")
    headings = next(row for row in master.grid(sheet).rows if TABLES[sheet].headings[0] in row)
    for heading in TABLES[sheet].headings:
        at = headings.index(heading)
        headings[at] = "Tên khác"
        with pytest.raises(MasterWorkbookError, match=re.escape(f"“{heading}”")):
            read_master(master, "so.xlsx")
        headings[at] = heading
    assert read_master(master, "so.xlsx")


def test_sorted_rows_are_put_in_the_order_of_their_codes(workspace, programme):
    path = master_of(workspace)
    book = openpyxl.load_workbook(path)
    page = book["Kế hoạch"]
    rows = [[cell.value for cell in row] for row in page.iter_rows(min_row=5)]
    for number, values in enumerate(reversed(rows), 5):
        for at, value in enumerate(values, 1):
            page.cell(number, at).value = value
    book.save(path)
    assert without_places(load(workspace)[1]) == without_places(programme)


def test_agencies_that_share_a_code_keep_theirs_whatever_their_order(workspace):
    path = master_of(workspace)
    book = openpyxl.load_workbook(path)
    book["Cơ quan"].append(["STC", "Sở Mới", "Các Sở, ban, ngành"])
    book.save(path)
    registry = load(workspace)[1].registry
    assert registry.by_id["STC-So-Moi"].name == "Sở Mới"
    assert registry.by_id["STC-So-Tai-chinh"].name == "Sở Tài chính"


def test_a_repeated_agency_counts_once(workspace):
    path = master_of(workspace)
    book = openpyxl.load_workbook(path)
    book["Cơ quan"].append(["STP2", "Sở Tư pháp", "Các Sở, ban, ngành"])
    book.save(path)
    programme = load(workspace)[1]
    assert len(programme.reporters(programme.plan_by_id["2784-2017"].by_code["I.1"])) == 35


def test_a_later_due_day_moves_what_is_overdue(workspace):
    edit_workbook(
        master_of(workspace),
        "Kỳ báo cáo",
        {"Kỳ": "2018-6T"},
        **{"Nộp trước ngày": datetime.date(2018, 7, 15)},
    )
    period = load(workspace)[1].period_by_id["2018-6T"]
    assert period.overdue_before == datetime.date(2018, 7, 1)  # the period has ended by then


def test_a_name_added_to_the_registry_settles_its_finding(workspace):
    def open_names():
        return [f.value for f in load(workspace)[2] if f.code == "name-unknown"]

    assert "Báo Đắk Lắk" in open_names()
    path = master_of(workspace)
    book = openpyxl.load_workbook(path)
    book["Cơ quan"].append(["BDL", "Báo Đắk Lắk"])
    book.save(path)
    assert "Báo Đắk Lắk" not in open_names()


def test_money_of_a_row_without_its_parent_stays_in_the_totals(workspace):
    path = master_of(workspace)
    book = openpyxl.load_workbook(path)
    book["Kế hoạch"].append(["3598-2017", "8.1.1", "Hoạt động", "Mồ côi", *[None] * 5, 10])
    book.save(path)
    plan = load(workspace)[1].plan_by_id["3598-2017"]
    assert sum(item.budget or 0 for item in plan.children("")) == 8_010_000_000


def test_groups_that_report_through_each_other_end(registry):
    from dataclasses import replace as change

    groups = tuple(
        change(g, via="UBND các xã, phường, thị trấn") if g.name.startswith("UBND các huyện") else g
        for g in registry.groups
    )
    nobody = change(registry, agencies=registry.agencies[:1], groups=groups)
    assert nobody.members("UBND các xã, phường, thị trấn") == ()


def test_moved_and_added_columns_and_blank_rows_do_no_harm(workspace, programme):
    path = master_of(workspace)
    book = openpyxl.load_workbook(path)
    for page in book.worksheets:
        page.insert_cols(1)
        page.insert_rows(8, 2)
        page.cell(4, 1).value = "Ghi chú của tôi"
    book.save(path)
    again = load(workspace)[1]
    assert without_places(again) == without_places(programme)


def test_a_missing_sheet_or_heading_says_what_to_do(workspace):
    path = master_of(workspace)
    book = openpyxl.load_workbook(path)
    book["Kế hoạch"]["B4"].value = "Ký hiệu"
    book.save(path)
    with pytest.raises(MasterWorkbookError, match=r"Trang “Kế hoạch”.*“Mã”"):
        load(workspace)
    del book["Phân công"]
    book["Kế hoạch"]["B4"].value = "Mã"
    book.save(path)
    with pytest.raises(MasterWorkbookError, match="không có trang “Phân công”"):
        load(workspace)


def test_what_is_no_workbook_is_refused():
    with pytest.raises(UnreadableFileError):
        read_master(OpenedWorkbook(b"not a workbook"), "so.xlsx")


def test_a_heading_that_no_table_declares_is_no_blank():
    record = Record({}, {}, TABLES[AGENCIES].headings)
    assert record.text("E-mail") == ""
    for read in (record.text, record.value):
        with pytest.raises(KeyError):
            read("Thư điện tử")
