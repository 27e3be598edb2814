"""The workbook that goes upstairs."""

from __future__ import annotations

import os
import random

import openpyxl
import pytest
from openxml_audit import OpenXmlValidator

from cchc_xl.cli.steps import consolidate_period, init
from cchc_xl.master.opening import load
from cchc_xl.period.dispatch import make_forms
from cchc_xl.workspace.folders import Workspace
from tests.support.forms import Form, return_form, stored_values

PERIOD = "2018-6T"
EVIL = ("=cmd|'/c calc'!A1", "+1+cmd", "-cmd", "@cmd()", '=HYPERLINK("http://x/cmd")')


def _hostile(form: Form) -> None:
    """Texts that a spreadsheet program would take for formulas if they were typed."""
    for code, evil in zip(form.rows, EVIL, strict=False):
        cell = form.cell(code, "result")
        cell.value = evil
        cell.data_type = "s"


@pytest.fixture(scope="module")
def consolidated(tmp_path_factory, decision_files):
    """A period with every kind of row: reported, partly, late, missing, faulty, hostile."""
    root = tmp_path_factory.mktemp("monitoring") / "CCHC-2018"
    init(root, decision_files)
    paths, _ = make_forms(load(root), PERIOD)
    chance = random.Random(3)
    inbox = root / PERIOD / "nhan-ve"
    for number, path in enumerate(paths.values()):
        if number % 9 == 5:
            continue
        entries = {}
        for code in Form(path).rows:
            if chance.random() < 0.1:
                continue
            entries[code] = {
                "status": chance.choice(["Hoàn thành", "Đang thực hiện", "Chưa thực hiện"]),
                "percent": chance.choice([0, 33.3, 100]),
                "result": "Kết quả",
                "spent": chance.choice([None, 0, 12.5, 1478.4, 0.000001]),
            }
        returned = return_form(path, inbox, entries, change=_hostile if number == 2 else None)
        os.utime(returned, (1_527_000_000 + number * 86_400,) * 2)
    (inbox / "hong.xlsx").write_bytes(b"PK\x03\x04")
    os.utime(inbox / "hong.xlsx", (1_527_000_000,) * 2)
    return root, consolidate_period(load(root), PERIOD)


@pytest.fixture(scope="module")
def workbook(consolidated):
    return consolidated[1].outputs[0]


def test_the_sheets_are_those_officers_expect(workbook):
    assert openpyxl.load_workbook(workbook, read_only=True).sheetnames == [
        "Phụ lục 2",
        "Phụ lục 1",
        "Tóm tắt",
        "Theo cơ quan",
        "Theo nhiệm vụ",
        "Quá hạn",
        "Chỉ tiêu",
        "Nghị quyết 07",
        "Nghị quyết 07 theo CQ",
        "Các kỳ",
        "Biểu đồ",
        "Tiến độ nộp",
        "Tệp nhận về",
        "Phát hiện",
        "Nguồn số liệu",
        "_so_lieu",
    ]
    assert workbook.name == "Phu-luc-2_2018-6T.xlsx"


def heading_row(rows, first="STT"):
    return next(i for i, row in enumerate(rows) if row[0] == first)


def test_phu_luc_2_has_the_decisions_columns_then_the_results(workbook):
    rows = stored_values(workbook)["Phụ lục 2"]
    at = heading_row(rows)
    assert rows[at] == [
        "STT",
        "Nội dung công việc",
        "Chỉ số đánh giá/tác động/mục tiêu",
        "Tài liệu kiểm chứng (xác minh)",
        "Thu thập",
        None,
        "Trách nhiệm",
        None,
        "Trạng thái",
        "Tỷ lệ hoàn thành (%)",
        "Kết quả đạt được, văn bản kiểm chứng",
        "Kinh phí",
        None,
        None,
        "Ghi chú",
        "Nguồn số liệu (bấm dấu + ở đầu cột để mở)",
    ]
    assert rows[at + 1][4:8] == [
        "Tần suất năm 2018",
        "Số lần đã thu thập",
        "Thu thập số liệu",
        "Báo cáo",
    ]
    assert rows[at + 1][11:14] == ["Dự toán", "Đã chi", "Tỷ lệ (%)"]
    merged = {str(r) for r in openpyxl.load_workbook(workbook)["Phụ lục 2"].merged_cells.ranges}
    assert {f"E{at + 1}:F{at + 1}", f"G{at + 1}:H{at + 1}"} <= merged


def test_phu_luc_2_has_every_row_with_its_figures(consolidated, workbook):
    ledger = consolidated[1].ledger
    rows = stored_values(workbook)["Phụ lục 2"]
    body = rows[heading_row(rows) + 3 :]
    plan = ledger.programme.plan_by_id["3598-2017"]
    total = next(at for at, row in enumerate(body) if row[1] == "TỔNG CỘNG")
    assert [row[0] for row in body[:total]] == [item.code for item in plan.items]
    for row in body[:total]:
        result = ledger.items[plan.id, row[0]]
        assert row[8] == result.status
        spent = None if result.spent is None else result.spent / 1_000_000
        assert (row[12] if row[12] != "" else None) == spent
        assert row[4] == (result.item.frequency or None)
        if result.sources and plan.is_leaf(result.item):
            assert str(result.sources[0].cell) in row[15] and result.sources[0].file in row[15]
    assert body[total][11] == 8000


@pytest.mark.long
def test_totals_are_formulas_and_their_stored_values_are_right(workbook, libreoffice, tmp_path):
    """LibreOffice calculates everything anew; every cell must stay as it was stored."""
    formulas = openpyxl.load_workbook(workbook)
    counted = stored_values(libreoffice.convert(workbook, "xlsx", tmp_path))
    compared = 0
    for name, rows in stored_values(workbook).items():
        for r, row in enumerate(rows):
            for c, value in enumerate(row):
                if formulas[name].cell(r + 1, c + 1).data_type != "f":
                    continue
                compared += 1
                again = counted[name][r][c]
                if isinstance(value, int | float):
                    assert again == pytest.approx(value, abs=1e-9), (name, r, c)
                else:
                    assert (again or "") == (value or ""), (name, r, c)
    assert compared > 200


@pytest.mark.long
def test_a_changed_figure_moves_the_totals_above_it(workbook, libreoffice, tmp_path):
    book = openpyxl.load_workbook(workbook)
    page = book["Phụ lục 2"]
    row_of = {page.cell(n, 1).value or page.cell(n, 2).value: n for n in range(1, page.max_row + 1)}
    before = stored_values(workbook)["Phụ lục 2"]
    old = before[row_of["1.1.3"] - 1][12] or 0
    page.cell(row_of["1.1.3"], 13).value = old + 7
    book.save(tmp_path / "changed.xlsx")
    after = stored_values(libreoffice.convert(tmp_path / "changed.xlsx", "xlsx", tmp_path / "o"))
    after = after["Phụ lục 2"]
    for code in ("1.1", "1", "TỔNG CỘNG"):
        was = before[row_of[code] - 1][12] or 0
        assert after[row_of[code] - 1][12] == pytest.approx(was + 7)


def test_agencies_are_reconciled_to_the_decision(workbook):
    rows = stored_values(workbook)["Theo cơ quan"]
    total = next(row for row in rows if row[1] == "Tổng cộng")
    assert total[2:5] == [8000, 8000, 0]
    body = [row for row in rows[: rows.index(total)] if isinstance(row[0], int)]
    assert {row[1]: row[2] for row in body if row[2]} == {
        "Văn phòng UBND tỉnh": 300,
        "Sở Nội vụ": 2050,
        "Sở Tư pháp": 150,
        "Sở Thông tin và Truyền thông": 3470,
        "Sở Khoa học và Công nghệ": 1700,
        "Sở Văn hóa, Thể thao và Du lịch": 180,
        "Cổng Thông tin điện tử của tỉnh": 150,
    }
    assert all(not row[4] for row in body)


def test_nghi_quyet_07_counts_agencies(consolidated, workbook):
    ledger = consolidated[1].ledger
    rows = stored_values(workbook)["Nghị quyết 07"]
    body = {row[0]: row for row in rows[heading_row(rows) + 3 :]}
    assert len([code for code in body if code in ledger.programme.plans[1].by_code]) == 47
    for code in ("I.1", "III.3", "VII.4"):
        result = ledger.items["2784-2017", code]
        assert body[code][6:8] == [result.due, result.done]
        assert sum(body[code][7:13]) == result.due


def test_who_returned_when_and_who_is_missing(consolidated, workbook):
    ledger = consolidated[1].ledger
    rows = stored_values(workbook)["Tiến độ nộp"]
    body = rows[heading_row(rows, "TT") + 1 :]
    assert len(body) == 36
    assert {row[1] for row in body if row[2] == "Chưa nộp"} == set(ledger.missing)
    for row in body:
        assert (row[3] is None) == (row[2] == "Chưa nộp")
    late = [row for row in body if row[4]]
    assert late and all((row[3].month, row[3].day) >= (6, 1) for row in late)


@pytest.mark.long
def test_before_a_day_means_the_day_itself_is_late(workspace):
    """Due before 01/6: 31/5 is on time, 01/6 one day late, in Vietnam's time."""
    import datetime

    from cchc_xl.text.dates import VIETNAM

    paths, _ = make_forms(load(workspace), PERIOD)
    days = {"Sở Y tế": (31, 5), "Sở Xây dựng": (1, 6), "Sở Tư pháp": (3, 6)}
    for agency, (day, month) in days.items():
        first = next(iter(Form(paths[agency]).rows))
        returned = return_form(
            paths[agency], workspace / PERIOD / "nhan-ve", {first: {"status": "Đang thực hiện"}}
        )
        moment = datetime.datetime(2018, month, day, 0, 30, tzinfo=VIETNAM).timestamp()
        os.utime(returned, (moment, moment))
    rows = stored_values(consolidate_period(load(workspace), PERIOD).outputs[0])["Tiến độ nộp"]
    late = {row[1]: row[4] for row in rows if row[1] in days}
    assert late == {"Sở Y tế": None, "Sở Xây dựng": 1, "Sở Tư pháp": 3}


def test_every_file_that_came_is_listed(consolidated, workbook):
    ledger = consolidated[1].ledger
    rows = stored_values(workbook)["Tệp nhận về"]
    body = rows[heading_row(rows, "TT") + 1 :]
    assert [row[1] for row in body] == [one.file for one in ledger.returns]
    assert next(row for row in body if row[1] == "hong.xlsx")[3] == "Không dùng được"


def test_every_figure_names_its_cell(consolidated, workbook):
    root, _ = consolidated
    rows = stored_values(workbook)["Nguồn số liệu"]
    body = rows[heading_row(rows, "Kế hoạch") + 1 :]
    opened = {}
    checked = 0
    for row in body:
        spent, file, sheet, cell = row[5], row[10], row[11], row[14]
        if spent is None:
            continue
        if file not in opened:
            opened[file] = openpyxl.load_workbook(root / PERIOD / "nhan-ve" / file)
        assert opened[file][sheet][cell].value == spent
        checked += 1
    assert checked > 100


def test_errors_stand_before_warnings_and_each_has_a_next_step(workbook):
    rows = stored_values(workbook)["Phát hiện"]
    body = rows[heading_row(rows, "TT") + 1 :]
    order = ["Lỗi", "Cảnh báo", "Ghi chú"]
    ranks = [order.index(row[1]) for row in body]
    assert ranks == sorted(ranks)
    assert all(row[7] and row[8] for row in body)


def test_nothing_a_user_typed_becomes_a_formula(workbook):
    found = 0
    for sheet in openpyxl.load_workbook(workbook).worksheets:
        for row in sheet.iter_rows():
            for cell in row:
                if isinstance(cell.value, str) and "cmd" in cell.value:
                    assert cell.data_type == "s"
                    found += 1
    assert found >= len(EVIL)


def test_the_same_returns_give_the_same_bytes(consolidated, workbook):
    root, _ = consolidated
    before = workbook.read_bytes()
    consolidate_period(load(root), PERIOD)
    assert workbook.read_bytes() == before


@pytest.mark.long
def test_collections_count_the_periods_in_which_all_reported(consolidated, decision_files):
    """ "Hàng quý" asks for two by mid-year; a return for Q1 is the first of them."""
    root, _ = consolidated
    quarter, _ = make_forms(load(root), "2018-Q1")
    inbox = Workspace(root).inbox("2018-Q1")
    return_form(quarter["Sở Nội vụ"], inbox, {"6.2.6": {"status": "Đang thực hiện", "spent": 1}})
    again = consolidate_period(load(root), PERIOD)
    rows = stored_values(again.outputs[0])["Phụ lục 2"]
    shown = {row[0]: row[5] for row in rows}
    reported = again.ledger.items["3598-2017", "6.2.6"].reported
    assert shown["6.2.6"] == f"{1 + reported}/2"
    assert shown["7.4.1"] == "Chưa đến kỳ"
    for path in inbox.iterdir():
        path.unlink()
    consolidate_period(load(root), PERIOD)


def every_output(root):
    return [
        root / "CCHC-2018.xlsm",
        *sorted((root / PERIOD / "gui-di").glob("*.xlsx")),
        *sorted((root / PERIOD / "tong-hop").glob("*.xlsx")),
    ]


@pytest.mark.long
def test_every_generated_file_is_valid_and_safe(consolidated):
    import zipfile

    root, _ = consolidated
    validator = OpenXmlValidator()
    files = every_output(root)
    assert len(files) == 38
    for path in files:
        result = validator.validate(path)
        assert not result.errors, (path.name, result.errors[:3])
        with zipfile.ZipFile(path) as package:
            names = package.namelist()
        assert not [n for n in names if "externalLink" in n], path.name
        assert ("xl/vbaProject.bin" in names) == (path.suffix == ".xlsm"), path.name


@pytest.mark.long
def test_no_word_is_cut_on_paper(workbook, libreoffice, tmp_path):
    """Rendered to PDF: no ####, and each sheet's rows all arrive on paper."""
    import subprocess

    pdf = libreoffice.convert(workbook, "pdf", tmp_path)
    text = subprocess.run(
        ["pdftotext", "-layout", str(pdf), "-"], check=True, capture_output=True
    ).stdout.decode()
    assert "###" not in text
    for code in ("1.1.1", "6.3.8", "7.4.3", "VIII.2"):
        assert code in text
