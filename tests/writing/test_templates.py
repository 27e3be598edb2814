"""What officers restyle in the folder mau arrives everywhere; a slip is told by its place."""

from __future__ import annotations

import io

import openpyxl
import pytest

from cchc_xl.cli.steps import consolidate_period, own_templates
from cchc_xl.errors import TemplateError
from cchc_xl.master.opening import load
from cchc_xl.period.dispatch import make_feedback, make_forms, make_handouts
from cchc_xl.workspace.folders import Workspace
from cchc_xl.writing.templates import (
    DOCUMENTS,
    NAMES,
    STYLES,
    house_style,
    official_texts,
    packaged,
    using,
)
from tests.support.forms import Form
from tests.support.tree import files_in
from tests.support.year import PERIOD, put_return


def style(text: str) -> dict:
    with using({STYLES: text.encode()}):
        return house_style()


def texts(text: str) -> dict:
    with using({DOCUMENTS: text.encode()}):
        return official_texts()


# ------------------------------------------------------------------------ reading them


def test_what_an_own_copy_leaves_out_is_as_in_the_package():
    usual = house_style()
    own = style('[font]\nname = "Arial"\n')
    assert own["font"] == {**usual["font"], "name": "Arial"}
    assert {key: own[key] for key in own if key != "font"} == {
        key: usual[key] for key in usual if key != "font"
    }
    assert style("") == usual
    assert house_style() == usual  # and outside nothing has changed


@pytest.mark.parametrize(
    "change",
    [
        lambda text: b"\xef\xbb\xbf" + text,
        lambda text: text.replace(b"\n", b"\r\n"),
        lambda text: b"\xef\xbb\xbf" + text.replace(b"\n", b"\r\n"),
    ],
    ids=["a mark of Notepad", "lines of Windows", "both"],
)
@pytest.mark.parametrize("name", [STYLES, DOCUMENTS])
def test_a_copy_that_windows_saved_is_the_same(name, change):
    read = {STYLES: house_style, DOCUMENTS: official_texts}[name]
    usual = read()
    with using({name: change(packaged(name))}):
        assert read() == usual


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ('[colour]\nerror = "đỏ"', "mục [colour], dòng error: “đỏ”"),
        ('[colour]\nerror = "#C0000"', "mục [colour], dòng error: “#C0000”"),
        ('[colour]\nerror = "#C00000; x"', "mục [colour], dòng error"),
        ("[colour]\nerror = 12", "mục [colour], dòng error: “12”"),
        ('[font]\nbody = "11"', "mục [font], dòng body: “11”"),
        ("[font]\nbody = 0", "mục [font], dòng body: “0”"),
        ("[font]\nbody = -4", "mục [font], dòng body: “-4”"),
        ("[font]\nbody = true", "mục [font], dòng body"),
        ("[font]\nbody = nan", "mục [font], dòng body"),
        ("[font]\nname = 5", "mục [font], dòng name: “5”"),
        ("[margin]\ntop = 5000", "mục [margin], dòng top: “5000”"),
        ('[dashboard]\nseries = ["#000000", "xanh"]', "mục [dashboard], dòng series"),
        ('[dashboard]\nseries = "#000000"', "mục [dashboard], dòng series"),
        ("[dashboard]\nseries = []", "mục [dashboard], dòng series"),
        ('font = "Arial"', "[font] phải là một mục"),
        ("[font\nname = 1", "dòng 1, cột 6: không đọc được: tên mục phải đóng bằng dấu ]"),
        ('[font]\nname = "Arial', 'chữ phải đóng bằng dấu "'),
        ('[font]\nname = "a"\nname = "b"\n\n', "dòng 3, cột 11: không đọc được: tên mục hoặc"),
        ("[font]\nname: 1", "dòng 2, cột 5: không đọc được: sau tên phải có dấu ="),
        ("[font]\nname = Arial", "dòng 2, cột 8: không đọc được: sau dấu = phải là số"),
        ('[font]\nname = "C:\\x"', "dấu \\ trong chữ phải ghi hai lần"),
        ("[font]\nbody = " + "1" * 5000, "không đọc được"),
        ('[font]\nnmae = "Arial"', "không có dòng “nmae”; gần giống: name; các dòng: name, body"),
        ("[fnt]", "không có mục [fnt]; gần giống: font; các mục: font"),
    ],
)
def test_a_slip_in_the_style_is_told_by_its_place(text, place):
    with pytest.raises(TemplateError) as stopped:
        style(text)
    line = str(stopped.value)
    assert line.startswith(f"Mẫu {STYLES}") and place in line and "\n" not in line
    assert "thư mục mau" in line


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("[dau_trang]\nso = 5", "mục [dau_trang], dòng so: “5”"),
        ('[cuoi_trang]\ndanh_sach = "- VT"', "mục [cuoi_trang], dòng danh_sach"),
        ("[cuoi_trang]\ndanh_sach = [1, 2]", "mục [cuoi_trang], dòng danh_sach"),
        ("dau_trang = 1", "[dau_trang] phải là một mục"),
    ],
)
def test_a_slip_in_the_texts_is_told_by_its_place(text, place):
    with pytest.raises(TemplateError) as stopped:
        texts(text)
    line = str(stopped.value)
    assert line.startswith(f"Mẫu {DOCUMENTS}") and place in line and "\n" not in line


@pytest.mark.parametrize("encoding", ["utf-16", "utf-8-sig"])
def test_a_copy_that_notepad_saved_as_unicode_is_read(encoding):
    with using({STYLES: '[font]\nname = "Đậm"'.encode(encoding)}):
        assert house_style()["font"]["name"] == "Đậm"


def test_a_list_may_be_shorter_or_empty():
    assert texts("[cuoi_trang]\ndanh_sach = []")["cuoi_trang"]["danh_sach"] == []
    assert texts('[cuoi_trang]\nchuc_vu = ["KT. GIÁM ĐỐC", "PHÓ GIÁM ĐỐC"]')["cuoi_trang"][
        "chuc_vu"
    ] == ["KT. GIÁM ĐỐC", "PHÓ GIÁM ĐỐC"]


# ------------------------------------------------------------------------ where they arrive

OWN_STYLE = """
[font]
name = "Liberation Sans"
[colour]
heading_fill = "#FEDCBA"
task_fill = "#ABCDEF"
error = "#AA0011"
[feedback]
error_fill = "#12AB34"
warning_fill = "#12AB35"
info_fill = "#12AB36"
"""
OWN_TEXTS = """
[dau_trang]
co_quan_cap_tren = "ỦY BAN NHÂN DÂN {{ tinh|upper }}"
[cuoi_trang]
noi_nhan = "Kính gửi:"
danh_sach = ["- Bộ Nội vụ (để b/c);", "- Lưu: VT."]
chuc_vu = ["KT. GIÁM ĐỐC", "PHÓ GIÁM ĐỐC"]
nguoi_ky = "Nguyễn Văn & <B>"
"""


@pytest.fixture(scope="module")
def restyled(_initial_workspace, tmp_path_factory):
    """A workspace with its own style and texts, and all that it writes."""
    import shutil

    root = tmp_path_factory.mktemp("mau") / "CCHC-2018"
    shutil.copytree(_initial_workspace, root)
    mau = Workspace(root).templates
    mau.mkdir()
    (mau / STYLES).write_text(OWN_STYLE, "utf-8-sig")
    (mau / DOCUMENTS).write_text(OWN_TEXTS.replace("\n", "\r\n"), "utf-8")
    rows = {"7.1.2": {"status": "Hoàn thành", "percent": 150, "spent": "mười lăm"}}
    put_return(load(root), "Sở Nội vụ", PERIOD, rows)
    forms, _ = make_forms(load(root), PERIOD)
    return {
        "forms": forms["Sở Nội vụ"],
        "monitoring": consolidate_period(load(root), PERIOD).outputs[0],
        "feedback": make_feedback(load(root), PERIOD)[0]["Sở Nội vụ"],
        "handouts": make_handouts(load(root), PERIOD).agencies["Sở Nội vụ"],
        "collectors": next(iter(make_handouts(load(root), PERIOD).collectors.values())),
    }


def looks(path) -> tuple[set[str], set[str], set[str]]:
    """(fonts, fills, values) of a workbook's filled cells."""
    fonts, fills, values = set(), set(), set()
    for sheet in openpyxl.load_workbook(path):
        for row in sheet.iter_rows():
            for cell in row:
                if cell.value is not None:
                    fonts.add(cell.font.name)
                    values.add(str(cell.value))
                if cell.fill.fill_type == "solid":
                    fills.add(str(cell.fill.fgColor.rgb)[2:])
    return fonts, fills, values


@pytest.mark.parametrize("what", ["forms", "monitoring", "handouts", "collectors"])
@pytest.mark.long
def test_fonts_and_colours_arrive_in_every_workbook(restyled, what):
    fonts, fills, _ = looks(restyled[what])
    assert fonts == {"Liberation Sans"}
    assert "FEDCBA" in fills and "DDE7F3" not in fills


def test_feedback_is_marked_in_the_own_colours(restyled):
    _, fills, _ = looks(restyled["feedback"])
    assert {"12AB34", "12AB35"} <= fills and not fills & {"FFB3B3", "FFD98C", "DDEBF7"}


@pytest.mark.long
def test_letterhead_recipients_and_signers_stand_in_the_appendices(restyled):
    for name in ("Phụ lục 2", "Phụ lục 1", "Nghị quyết 07"):
        sheet = openpyxl.load_workbook(restyled["monitoring"])[name]
        lines = [str(cell.value) for row in sheet.iter_rows() for cell in row if cell.value]
        for told in (
            "ỦY BAN NHÂN DÂN ĐẮK LẮK",
            "Kính gửi:",
            "- Bộ Nội vụ (để b/c);",
            "KT. GIÁM ĐỐC",
            "PHÓ GIÁM ĐỐC",
            "Nguyễn Văn & <B>",
        ):
            assert told in lines, (name, told)
        assert "- Sở Tài chính;" not in lines and "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM" in lines


def test_a_form_of_an_own_style_is_read_as_any(restyled):
    form = Form(restyled["forms"])
    assert "7.1.2" in form.rows and form.cell("7.1.2", "budget").value is not None


# ------------------------------------------------------------------------ the folder mau


def test_copies_are_put_there_once_and_kept(workspace):
    paths = own_templates(Workspace(workspace))
    assert [path.name for path in paths] == list(NAMES)
    assert [path.read_bytes() for path in paths] == [packaged(name) for name in NAMES]
    paths[0].write_text('[font]\nname = "Arial"\n')
    own_templates(Workspace(workspace))
    assert paths[0].read_text() == '[font]\nname = "Arial"\n'


def test_untouched_copies_change_nothing(workspace):
    put_return(load(workspace), "Sở Y tế", PERIOD, {})
    before = consolidate_period(load(workspace), PERIOD, with_report=True).outputs
    contents = [path.read_bytes() for path in before]
    own_templates(Workspace(workspace))
    after = consolidate_period(load(workspace), PERIOD, with_report=True).outputs
    assert [path.read_bytes() for path in after] == contents


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('[dau_trang]\nso = "{{ khong_co }}"', "tên “khong_co”; các tên dùng được: tinh, co_quan"),
        ('[dau_trang]\nso = "{{ tinh"', "thiếu dấu }}"),
        ('[dau_trang]\nso = "{{ tinh.__class__ }}"', "phần bên trong của phần mềm"),
        ('[dau_trang]\nso = "{{ 1 / 0 }}"', "chia cho 0"),
        ('[dau_trang]\nso = "{{ tinh + 1 }}"', "khác loại, ví dụ cộng chữ với số"),
    ],
)
def test_a_text_that_cannot_be_filled_stops_every_step_and_writes_nothing(workspace, text, told):
    put_return(load(workspace), "Sở Y tế", PERIOD, {})
    mau = Workspace(workspace).templates
    mau.mkdir()
    (mau / DOCUMENTS).write_text(text, "utf-8")
    before = files_in(workspace)
    for step in (consolidate_period, make_handouts):
        with pytest.raises(TemplateError) as stopped:
            step(load(workspace), PERIOD)
        line = str(stopped.value)
        assert line.startswith(f"Mẫu {DOCUMENTS}, mục [dau_trang], dòng so: ")
        assert told in line and "\n" not in line
    assert files_in(workspace) == before


def test_xlsx_stays_readable_with_the_longest_texts(workspace):
    put_return(load(workspace), "Sở Y tế", PERIOD, {})
    mau = Workspace(workspace).templates
    mau.mkdir()
    long = "Rất dài " * 400
    (mau / DOCUMENTS).write_text(f'[cuoi_trang]\nnguoi_ky = "{long}"\n', "utf-8")
    content = consolidate_period(load(workspace), PERIOD).outputs[0].read_bytes()
    sheet = openpyxl.load_workbook(io.BytesIO(content))["Phụ lục 2"]
    assert any(cell.value == long.strip() for row in sheet.iter_rows() for cell in row)


def test_the_cover_text_is_the_own_one(workspace):
    rows = {"7.1.2": {"status": "Hoàn thành", "percent": 150}}
    put_return(load(workspace), "Sở Nội vụ", PERIOD, rows)
    mau = Workspace(workspace).templates
    mau.mkdir()
    (mau / "phan-hoi.txt").write_text("Thư riêng gửi {{ co_quan|upper }}", "utf-8")
    path = make_feedback(load(workspace), PERIOD)[0]["Sở Nội vụ"]
    assert path.with_suffix(".txt").read_text("utf-8-sig").strip() == "Thư riêng gửi SỞ NỘI VỤ"
