"""What goes back to agencies: their own file, marked; it can be mended and sent again."""

from __future__ import annotations

import shutil
import zipfile
from pathlib import Path

import openpyxl
import pytest
from openpyxl.styles import Font
from openxml_audit import OpenXmlValidator

from cchc_xl.cli.steps import read_returns
from cchc_xl.master.opening import load
from cchc_xl.period.dispatch import make_feedback, make_forms
from tests.support.forms import Form, form_of, return_form

PERIOD = "2018-6T"
AGENCY = "Sở Tư pháp"
FAULTY = {
    "1.1.3": {"status": "Gần xong", "percent": 150, "spent": "mười lăm", "result": "=1+1"},
    "1.3.4": {"status": "Hoàn thành", "percent": 100, "spent": 40},
    "1.4.5": {"status": "Chưa thực hiện", "percent": 0, "spent": "0"},
}
MENDED = {"1.1.3": {"status": "Đang thực hiện", "percent": 50, "spent": 12.5}}


@pytest.fixture
def answer(workspace, tmp_path):
    """Send back a form that `change` spoilt (as a file of that name); gives the feedback."""

    def answer(entries=FAULTY, change=None, name="phieu.xlsx", convert=None):
        form = form_of(workspace, PERIOD, AGENCY)
        inbox = workspace / PERIOD / "nhan-ve"
        path = return_form(form, inbox, entries, name, change)
        if convert:
            convert(path)
        made, _ = make_feedback(load(workspace), PERIOD)
        return made[AGENCY]

    return answer


def marked_form(path) -> Form:
    """The agency's sheet in a marked workbook."""
    form = Form.__new__(Form)
    form.workbook = openpyxl.load_workbook(path)
    form.sheet = form.workbook["Phiếu báo cáo"]
    form.find()
    return form


def errors_of(path):
    return OpenXmlValidator().validate(path).errors


def test_each_cell_is_coloured_and_says_what_is_wrong_and_what_to_do(answer):
    form = marked_form(answer())
    cell = form.cell("1.1.3", "status")
    assert cell.value == "Gần xong"
    assert cell.fill.fgColor.rgb == "FFFFB3B3"
    assert "“Gần xong” không thuộc danh mục" in cell.comment.text
    assert "Cần làm: Chọn một trong" in cell.comment.text
    assert form.cell("1.3.4", "proof").fill.fgColor.rgb == "FFFFD98C"  # a warning
    assert form.cell("1.4.5", "status").fill.fgColor.rgb == "FFFFF9E3"  # nothing wrong


def test_the_first_sheet_lists_all_of_it_errors_first_with_links(answer):
    book = openpyxl.load_workbook(answer())
    index = book.worksheets[0]
    rows = [row for row in index.iter_rows(7, values_only=True) if row[0]]
    levels = [row[1] for row in rows]
    assert levels == sorted(levels, key=["Lỗi", "Cảnh báo", "Ghi chú"].index)
    assert levels.count("Lỗi") == 4 and all(row[4] and row[5] for row in rows)
    links = {cell.value: cell.hyperlink.location for cell in index["C"] if cell.hyperlink}
    assert links["G13"] == "'Phiếu báo cáo'!G13"
    assert len(links) == len(
        {row[2] for row in rows if row[2] and row[2][0].isalpha() and row[2].isalnum()}
    )


def test_what_the_agency_typed_never_becomes_a_formula(answer):
    def more(form):
        form.sheet["Q1"] = '=HYPERLINK("http://x";1)'
        form.sheet["Q2"].value, form.sheet["Q2"].data_type = "=cmd|'/C calc'!A0", "s"
        form.sheet["Q3"] = "@SUM(1)"
        form.sheet["Q4"].hyperlink = "http://example.org"
        form.cell("1.1.3", "result").data_type = "s"

    path = answer(change=more)
    assert errors_of(path) == []
    with zipfile.ZipFile(path) as package:
        names = package.namelist()
        sheets = b"".join(package.read(n) for n in names if n.startswith("xl/worksheets/"))
        assert b"<f>" not in sheets and b"<f " not in sheets
        assert not [n for n in names if "external" in n.lower() or "vba" in n.lower()]
        related = b"".join(package.read(n) for n in names if n.endswith(".rels"))
        assert b"External" not in related and b"example.org" not in related
    page = openpyxl.load_workbook(path)["Phiếu báo cáo"]
    assert page["Q2"].value == "=cmd|'/C calc'!A0" and page["Q2"].data_type == "s"


def test_the_marked_file_mended_by_the_agency_is_a_return_like_any_other(answer, workspace):
    path = answer()
    form = marked_form(path)
    form.fill(MENDED).save(workspace / PERIOD / "nhan-ve" / "sua-lai.xlsx")
    ledger = read_returns(load(workspace), PERIOD).ledger
    assert ledger.accepted[AGENCY].file == "sua-lai.xlsx"
    assert ledger.items["3598-2017", "1.1.3"].spent == 12_500_000
    assert [f.code for f in ledger.findings if f.severity == "error"] == []


@pytest.mark.parametrize("kind", ["xls", "ods"])
def test_other_formats_get_a_fresh_form_with_what_could_be_read(answer, libreoffice, kind):
    def convert(path):
        shutil.move(libreoffice.convert(path, kind, path.parent / kind), path.parent)
        shutil.rmtree(path.parent / kind)
        path.unlink()

    path = answer(convert=convert)
    assert errors_of(path) == []
    form = marked_form(path)
    assert form.cell("1.3.4", "spent").value == 40
    assert form.cell("1.1.3", "spent").value is None
    assert "mười lăm" in form.cell("1.1.3", "spent").comment.text
    assert form.cell("1.1.3", "status").fill.fgColor.rgb == "FFFFB3B3"
    assert "phiếu mới đã điền sẵn" in path.with_suffix(".txt").read_text("utf-8-sig")


def test_a_file_that_cannot_be_opened_is_answered_by_the_name_it_had(workspace):
    paths, _ = make_forms(load(workspace), PERIOD)
    inbox = workspace / PERIOD / "nhan-ve"
    (inbox / paths[AGENCY].name).write_bytes(paths[AGENCY].read_bytes()[:3000])
    made, _ = make_feedback(load(workspace), PERIOD)
    assert list(made) == [AGENCY] and errors_of(made[AGENCY]) == []
    index = openpyxl.load_workbook(made[AGENCY]).worksheets[0]
    assert "Không mở được tệp" in index["E7"].value


def test_the_cover_text_names_the_office_the_file_and_every_error(answer):
    text = answer().with_suffix(".txt").read_text("utf-8-sig")
    assert text.startswith("Kính gửi: Sở Tư pháp")
    assert "4 lỗi" in text and '"phieu.xlsx"' in text and "trước ngày 01/6/2018" in text
    assert text.count("Cần làm:") == text.count("[Lỗi]") + text.count("[Cảnh báo]")


def test_strange_looks_do_not_spoil_the_file(answer):
    def strange(form):
        form.sheet.title = "Phiếu 'của' tôi"
        form.cell("1.1.3", "status").font = Font(name=".VnTime<&>", size=400)
        form.cell("1.1.3", "percent").number_format = '[Red][>99]"x;"0;[$-zz]@@;;;'
        form.workbook.create_sheet("Cần sửa")["A1"] = "của tôi"
        form.workbook.create_sheet("Ẩn").sheet_state = "hidden"

    path = answer(change=strange)
    assert errors_of(path) == []
    assert len(openpyxl.load_workbook(path).sheetnames) == 5


@pytest.mark.long
def test_a_return_without_fault_gets_no_feedback(half_a_demo, tmp_path):
    loaded = load(Path(shutil.copytree(half_a_demo, tmp_path / "demo")))
    made, stale = make_feedback(loaded, PERIOD)
    assert set(made) == {
        "Sở Tài chính",
        "UBND huyện Cư Kuin",
        "UBND huyện Lắk",
        "Văn phòng UBND tỉnh",
    }
    first = {path.name: path.read_bytes() for path in next(iter(made.values())).parent.iterdir()}
    assert [errors_of(path) for path in made.values()] == [[]] * 4
    (loaded.workspace.inbox(PERIOD) / "MINH-HOA_Phieu_2018-6T_So-Tai-chinh.xlsx").unlink()
    again, stale = make_feedback(loaded, PERIOD)
    assert "Sở Tài chính" not in again and len(stale) == 1
    for path in again.values():
        assert path.read_bytes() == first[path.name]
