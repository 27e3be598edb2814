"""The stand-in for Excel behaves like Excel where the product depends on it."""

from __future__ import annotations

import datetime as dt
import shutil
import zipfile
from pathlib import Path

import pyopenvba
import pytest
import xlsxwriter
import xlwings

from tests.support.calc.host import Calc

SHEET, TABLE = "Tổng hợp", "KetQua"
HEADINGS = ["Mã", "Nội dung", "Ngày", "Số"]
LONG = "Một đoạn dài. " * 200

MACROS = """Attribute VB_Name = "HostMacros"
Option Explicit

Sub Fill()
    Application.StatusBar = "VBA"
    RunPython "import host_macros; host_macros.fill()"
    Sheets(1).Range("A2").Value = "VBA went on"
End Sub

Sub Shrink()
    RunPython "import host_macros; host_macros.shrink()"
End Sub

Sub Fail()
    RunPython "import host_macros; host_macros.fail()"
    Sheets(1).Range("A2").Value = "VBA went on"
End Sub

Sub AskOfficer()
    RunPython "import host_macros; host_macros.ask()"
End Sub

Sub Rules()
    RunPython "import host_macros; host_macros.rules()"
End Sub

Sub FromRibbon(control As IRibbonControl)
    RunPython "import host_macros; host_macros.shrink()"
End Sub
"""

FUNCTIONS = """Attribute VB_Name = "HostFunctions"
Option Explicit

Function HOST_JOIN(values, Optional separator = ", ")
    On Error GoTo failed
    HOST_JOIN = XLPy.CallUDF("host_functions", "HOST_JOIN", Array(values, separator), _
        ThisWorkbook, Application.Caller)
    Exit Function
failed:
    HOST_JOIN = Err.Description
End Function

Function HOST_COUNT(upto)
    On Error GoTo failed
    HOST_COUNT = XLPy.CallUDF("host_functions", "HOST_COUNT", Array(upto), _
        ThisWorkbook, Application.Caller)
    Exit Function
failed:
    HOST_COUNT = Err.Description
End Function
"""


def _macros(path: Path) -> Path:
    """xl/vbaProject.bin with xlwings' own module and two of ours."""
    host = pyopenvba.ExcelFile.create_new(path.with_suffix(".vba.xlsm"))
    project = host.vba_project()
    project.add_module("xlwings", Path(xlwings.__file__).with_name("xlwings.bas").read_text())
    project.add_module("HostMacros", MACROS)
    project.add_module("HostFunctions", FUNCTIONS)
    host.save()
    host.close()
    target = path.with_suffix(".bin")
    target.write_bytes(zipfile.ZipFile(path.with_suffix(".vba.xlsm")).read("xl/vbaProject.bin"))
    return target


def build(path: Path) -> Path:
    book = xlsxwriter.Workbook(path)
    book.add_vba_project(str(_macros(path)))
    book.set_vba_name("ThisWorkbook")
    sheet = book.add_worksheet(SHEET)
    sheet.set_vba_name("Sheet1")
    text = book.add_format({"num_format": "@"})
    date = book.add_format({"num_format": "dd/mm/yyyy"})
    sheet.write_column("A1", ["Bảng"])
    columns = [{"header": heading} for heading in HEADINGS]
    columns[0]["format"], columns[2]["format"] = text, date
    data = [["001", "Một", dt.datetime(2018, 1, 31), 1.5], ["1.10", "Hai", None, 2]]
    sheet.add_table("A4:D6", {"name": TABLE, "columns": columns, "data": data})
    sheet.write("A8", "Dưới bảng")
    sheet.set_column("A:D", 14)
    for row, (macro, caption) in enumerate(
        [("Fill", "Tổng hợp"), ("Shrink", "Thu gọn"), ("Fail", "Hỏng"), ("AskOfficer", "Hỏi")]
    ):
        place = {"macro": macro, "caption": caption, "width": 90, "height": 30}
        sheet.insert_button(row * 2, 8, place)
    functions = book.add_worksheet("Hàm")
    functions.write_column("A1", ["a", "b"])
    functions.write_formula("B1", "=HOST_JOIN(A1:A2)", None, "cũ")
    functions.write_formula("B2", '=HOST_JOIN("x","; ")', None, "cũ")
    functions.write_formula("B3", '=HOST_JOIN("lỗi")', None, "cũ")
    functions.write_formula("B4", '=HOST_JOIN(A1,"+")', None, "cũ")
    functions.write_formula("B5", "=HOST_JOIN(A1:A2,A9)", None, "cũ")
    functions.write_array_formula("D1:E3", "{=HOST_COUNT(3)}", None, 0)
    book.define_name("Kỳ", f"='{SHEET}'!$A$1")
    book.close()
    return path


@pytest.fixture(scope="module")
def calc(tmp_path_factory):
    assert shutil.which("soffice"), "LibreOffice is missing: run tests/run, which installs it"
    samples = Path(__file__).parents[1] / "support" / "calc" / "samples"
    with Calc(tmp_path_factory.mktemp("calc"), python_path=[samples]) as calc:
        yield calc


@pytest.fixture(scope="module")
def master(tmp_path_factory) -> Path:
    return build(tmp_path_factory.mktemp("workbook") / "sổ thử.xlsm")


@pytest.fixture
def book(calc, master):
    book = calc.open(master)
    yield book
    book.close()


def test_a_table_is_read_as_rows(book):
    assert book.table(TABLE) == [
        {"Mã": "001", "Nội dung": "Một", "Ngày": dt.datetime(2018, 1, 31), "Số": 1.5},
        {"Mã": "1.10", "Nội dung": "Hai", "Ngày": None, "Số": 2.0},
    ]


def test_a_button_runs_python_that_fills_a_growing_table(book, master):
    book.press("Tổng hợp")
    assert book.tracebacks == []
    assert book.table_address(TABLE) == "A4:D13"
    rows = book.table(TABLE)
    assert [row["Mã"] for row in rows] == [
        "001",
        *["=1+1", "'=1+1", "1.10", "001", LONG, "3/4", "TRUE", None],
    ]
    typed = [row["Nội dung"] for row in rows][1:]
    assert typed == [2, "=1+1", 1.1, 1, LONG, dt.datetime(dt.date.today().year, 3, 4), True, None]
    assert {row["Ngày"] for row in rows[1:]} == {dt.datetime(2018, 6, 30)}
    assert book.formula(SHEET, "B6") == "=1+1"
    below = [row[0] for row in book.sheet_values(SHEET)][13:]
    assert [value for value in below if value is not None] == ["Dưới bảng"]
    assert "datetime.datetime(2018, 1, 31, 0, 0)" in book.cell(SHEET, "F1")
    assert book.cell(SHEET, "F3") == str(master)
    assert book.cell(SHEET, "F4") == 1.5 + sum(range(8)) + 1
    assert book.cell(SHEET, "A2") == "VBA went on"
    assert book.status_texts == ["Đang tổng hợp"]
    assert book.settings["status_bar"] is False
    assert book.settings["calculation"] == "automatic"


def test_tables_and_cells_follow_the_rules_of_excel(book):
    book.call("Rules")
    assert book.tracebacks == []


def test_each_click_is_a_new_python(book):
    book.press("Fill")
    book.press("Fill")
    assert book.cell(SHEET, "F2") == 1


def test_deleting_rows_shrinks_the_table_and_pulls_up_what_is_below(book):
    book.press("Thu gọn")
    assert book.tracebacks == []
    assert book.table_address(TABLE) == "A4:D5"
    assert book.cell(SHEET, "A7") == "Dưới bảng"


def test_a_failing_macro_leaves_its_traceback_and_vba_goes_on(book):
    book.press("Hỏng")
    assert len(book.tracebacks) == 1 and "ValueError: lỗi thử" in book.tracebacks[0]
    assert book.cell(SHEET, "A2") == "VBA went on"


def test_the_officer_answers_alerts_and_chooses_files(book, tmp_path):
    other = tmp_path / "khác.xlsx"
    with xlsxwriter.Workbook(other) as written:
        written.add_worksheet().write("A1", "ô đầu")
    book.answer("yes", files=(str(other),))
    book.press("Hỏi")
    assert book.tracebacks == []
    assert [row[0] for row in book.block(SHEET, "F1:F4")] == [
        "yes",
        repr((str(other),)),
        "ô đầu",
        1,
    ]
    expected = {"prompt": "Ghi đè?", "title": "CCHC", "buttons": "yes_no", "mode": None}
    assert book.alerts == [expected]


def test_functions_of_cells_are_calculated(book):
    assert book.cell("Hàm", "B1") == "a, b"
    assert book.cell("Hàm", "B2") == "x"
    assert book.cell("Hàm", "B3") == "ValueError: Không nối được"
    assert book.cell("Hàm", "B4") == "a"
    assert book.cell("Hàm", "B5") == "aNoneb"
    book.set_cell("Hàm", "A1", "z")
    assert book.cell("Hàm", "B1") == "z, b"


def test_an_array_formula_gets_the_rows_of_a_function(book):
    assert book.block("Hàm", "D1:E3") == [[1, None], [2, None], [3, None]]


def test_a_macro_of_the_ribbon_is_called(book):
    book.call("FromRibbon", book.doc)
    assert book.table_address(TABLE) == "A4:D5"


def test_a_sheet_is_rendered_and_a_copy_saved(book, tmp_path):
    picture = book.render("Hàm", tmp_path / "hàm.png")
    assert picture.read_bytes().startswith(b"\x89PNG")
    with zipfile.ZipFile(book.save_as_xlsx(tmp_path / "bản sao.xlsx")) as saved:
        assert "xl/vbaProject.bin" not in saved.namelist()


def test_vba_that_calc_cannot_compile_is_reported(calc, tmp_path, monkeypatch):
    monkeypatch.setitem(globals(), "MACROS", MACROS + "Sub Broken()\n    If Then\nEnd Sub\n")
    with pytest.raises(RuntimeError, match="HostMacros"):
        calc.open(build(tmp_path / "hỏng.xlsm"))


@pytest.mark.long
def test_soffice_starts_again_after_it_was_killed(calc, master):
    calc.restart()
    again = calc.open(master)
    assert again.cell("Hàm", "B1") == "a, b"
    again.close()
