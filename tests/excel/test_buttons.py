"""The master workbook, clicked in a real spreadsheet program."""

from __future__ import annotations

import datetime
import os
import shutil
import subprocess
import sys
from pathlib import Path

import openpyxl
import pytest
from openpyxl.utils import get_column_letter, range_boundaries

import cchc_xl.master.writer
from cchc_xl.cli.steps import consolidate_period, init
from cchc_xl.ledger.figure_file import figures_of
from cchc_xl.master.layout import DASHBOARD, LATER_SHEETS, RESULT_COLLECTORS, RESULT_SUBMISSIONS
from cchc_xl.master.macros import commands
from cchc_xl.master.opening import load
from cchc_xl.master.result_tables import RESULTS
from cchc_xl.period.dispatch import make_forms
from cchc_xl.text.dates import now
from cchc_xl.writing.templates import NAMES
from tests.support.calc.host import Calc
from tests.support.forms import Form, return_form, stored_values

pytestmark = pytest.mark.long

ROOT = Path(__file__).parents[2]
PERIOD = "2018-6T"
SCRATCH = "Thông tin"  # a sheet with room to the right


@pytest.fixture(scope="module")
def opened(tmp_path_factory) -> Path:
    """Where `xdg-open` notes what it was asked to open."""
    folder = tmp_path_factory.mktemp("bin")
    program = folder / "xdg-open"
    program.write_text(f'#!/bin/sh\nprintf "%s\\n" "$1" >> "{folder}/opened"\n')
    program.chmod(0o755)
    return folder / "opened"


@pytest.fixture(scope="module")
def calc(tmp_path_factory, opened):
    path = os.environ["PATH"]
    os.environ["PATH"] = f"{opened.parent}{os.pathsep}{path}"
    with Calc(tmp_path_factory.mktemp("calc"), python_path=[ROOT]) as calc:
        yield calc
    os.environ["PATH"] = path


@pytest.fixture(scope="module")
def _demo(half_a_demo) -> Path:
    return half_a_demo


@pytest.fixture
def demo(_demo, tmp_path) -> Path:
    """A workspace as `cchc-xl demo` leaves it, of one period."""
    root = tmp_path / "CCHC-2018"
    shutil.copytree(_demo, root)
    return root


@pytest.fixture
def book(calc, demo):
    """The demo's unmodified master, open; nothing may have gone wrong in Python."""
    with calc.open(demo / "CCHC-2018.xlsm") as book:
        yield book
        assert book.tracebacks == []
        assert book.function_tracebacks == []


def told(book) -> str:
    """What the one message box says."""
    assert len(book.alerts) == 1, book.alerts
    return book.alerts[0]["prompt"]


def index_of(book, table: str, **wanted: object) -> int:
    """Which row of a table has these values."""
    (at,) = [
        n
        for n, row in enumerate(book.table(table))
        if all(row[name] == value for name, value in wanted.items())
    ]
    return at


def row_of(book, table: str, **wanted: object) -> dict[str, object]:
    return book.table(table)[index_of(book, table, **wanted)]


def shown(book, table: str) -> list[list[object]]:
    """The values of a table, to the digits that a spreadsheet keeps."""
    return [
        [float(f"{v:.14g}") if isinstance(v, float) else v for v in row.values()]
        for row in book.table(table)
    ]


def kept_settings(book) -> dict[str, object]:
    """Excel's state that a command must leave as it was; what was copied is let go."""
    return {name: value for name, value in book.settings.items() if name != "cut_copy_mode"}


def files_of(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def address(book, table: str, heading: str, **wanted: object) -> str:
    """Where a table's cell stands: its column by heading, its row by other values."""
    at = index_of(book, table, **wanted)
    left, top, _, _ = range_boundaries(book.table_address(table))
    column = left + list(book.table(table)[0]).index(heading)
    return f"{get_column_letter(column)}{top + 1 + at}"


def last_row(book, table: str) -> int:
    return range_boundaries(book.table_address(table))[3]


# ------------------------------------------------------------------- the buttons


def test_the_sheet_has_a_button_for_each_command_of_the_ribbon(book):
    assert book.buttons() == {command.label: command.macro for command in commands()}


def test_tong_hop_gives_the_same_files_as_the_command_line_byte_for_byte(book, demo, tmp_path):
    copy = tmp_path / "bang-lenh" / "CCHC-2018"
    shutil.copytree(demo, copy)
    for path in (copy, demo):
        for made in ("2018-6T/tong-hop", "2018-6T/gui-di"):
            shutil.rmtree(path / made)
        (path / "nhat-ky/so-lieu_2018-6T.json").unlink()
    for command in ("forms", "consolidate"):
        subprocess.run(
            [sys.executable, "-m", "cchc_xl", command, copy, "--period", PERIOD],
            check=True,
            capture_output=True,
        )
    book.press("Tạo phiếu báo cáo")
    book.press("Tổng hợp")
    assert files_of(demo / "2018-6T") == files_of(copy / "2018-6T")
    for made in ("so-lieu_2018-6T.json", "da-gui_2018-6T.json"):
        assert (demo / "nhat-ky" / made).read_bytes() == (copy / "nhat-ky" / made).read_bytes()


def test_after_tong_hop_the_sheets_show_what_the_demo_wrote(calc, book, demo):
    """The demo writes the tables with another library; a click must give the same."""
    # The board is of the day, and of the year, of which a period was taken away.
    board = (RESULT_SUBMISSIONS, RESULT_COLLECTORS)
    tables = [table.name for name, table in RESULTS.items() if name not in board]
    lasting = ("Cơ quan", "Tình trạng", "Phiếu lập", "Ngày nhận", "Lỗi", "Cảnh báo", "Tệp")

    def all_shown() -> list:
        board = [[row[name] for name in lasting] for row in book.table("TienDoNop")]
        return [board, *(shown(book, name) for name in tables)]

    before = all_shown()
    book.press("Tổng hợp")
    assert all_shown() == before
    assert "31/36 cơ quan" in told(book)
    assert book.alerts[0]["mode"] == "info"
    assert book.settings["status_bar"] is False
    assert any("34/34" in text for text in book.status_texts)


def test_the_dashboard_says_which_period_it_shows(book):
    book.press("Tổng hợp")
    book.calculate()
    state = book.cell(DASHBOARD, "B5")
    today = f"ngày {now():%d/%m/%Y}."
    assert state.startswith("Số liệu bên dưới là của kỳ 2018-6T, tổng hợp lúc ")
    assert state.endswith(today)
    book.set_cell(DASHBOARD, "F4", "2018-Q1")
    book.calculate()
    assert book.cell(DASHBOARD, "B5") == (
        "Số liệu bên dưới còn là của kỳ 2018-6T. Bấm Tổng hợp để xem kỳ 2018-Q1."
    )


def test_a_new_row_of_the_plan_comes_in_where_it_belongs(book):
    """A row under 1.1.3 and one after the last; both at their places in the results."""
    for table, sheet, width in (("KeHoach", "Kế hoạch", 11), ("PhanCong", "Phân công", 10)):
        end = last_row(book, table)
        for n, (plan, code) in enumerate((("3598-2017", "1.1.4"), ("2784-2017", "VIII.3")), 1):
            cells = f"A{end + n}:C{end + n}"
            book.set_cell(
                sheet, cells, [[f"'{plan}", f"'{code}", "Hoạt động" if width > 10 else ""]]
            )
        book.resize_table(table, f"A4:{get_column_letter(width)}{end + 2}")
    before = [row["Mã"] for row in book.table("KetQua")]
    book.press("Tổng hợp")
    codes = [row["Mã"] for row in book.table("KetQua")]
    assert codes[codes.index("1.1.3") + 1] == "1.1.4"
    assert codes[-1] == "VIII.3"
    assert [code for code in codes if code not in ("1.1.4", "VIII.3")] == before


def test_lap_phu_luc_2_opens_the_workbook_it_wrote(book, demo):
    (demo / "2018-6T/tong-hop/Phu-luc-2_2018-6T.xlsx").unlink()
    book.press("Lập Phụ lục 2")
    assert (demo / "2018-6T/tong-hop/Phu-luc-2_2018-6T.xlsx").exists()
    assert "Phu-luc-2_2018-6T.xlsx" in book.open_documents()
    assert book.alerts == []


def test_lap_phan_hoi_writes_what_the_command_line_writes(book, demo, opened, tmp_path):
    copy = tmp_path / "bang-lenh" / "CCHC-2018"
    shutil.copytree(demo, copy)
    command = [sys.executable, "-m", "cchc_xl", "feedback", copy, "--period", PERIOD]
    subprocess.run(command, check=True, capture_output=True)
    opened.write_text("")
    book.press("Lập phản hồi")
    folder = f"{PERIOD}/tong-hop/phan-hoi"
    assert files_of(demo / folder) == files_of(copy / folder)
    assert opened.read_text().splitlines() == [str(demo / folder)]
    assert told(book).startswith("Đã lập phản hồi cho 4 cơ quan")


def test_bang_tung_co_quan_writes_what_the_command_line_writes(book, demo, opened, tmp_path):
    copy = tmp_path / "bang-lenh" / "CCHC-2018"
    shutil.copytree(demo, copy)
    command = [sys.executable, "-m", "cchc_xl", "handouts", copy, "--period", PERIOD]
    subprocess.run(command, check=True, capture_output=True)
    opened.write_text("")
    book.press("Bảng từng cơ quan")
    for folder in (f"{PERIOD}/tong-hop/co-quan", f"{PERIOD}/tong-hop/nguoi-thu-thap"):
        assert files_of(demo / folder) == files_of(copy / folder) != {}
    assert opened.read_text().splitlines() == [str(demo / PERIOD / "tong-hop")]
    assert told(book).startswith("Đã lập bảng cho 36 cơ quan")


def test_lap_bao_cao_writes_the_report_and_opens_it(book, demo, opened):
    report = demo / PERIOD / "tong-hop" / f"Bao-cao_{PERIOD}.docx"
    assert not report.exists()
    opened.write_text("")
    book.press("Lập báo cáo")
    assert opened.read_text().splitlines() == [str(report)]
    assert report.read_bytes()[:2] == b"PK"


def test_xuat_pdf_prints_what_is_to_be_signed_and_nothing_else(book, demo, opened):
    opened.write_text("")
    book.press("Xuất PDF")
    pdf = demo / PERIOD / "tong-hop" / f"Phu-luc-2_{PERIOD}.pdf"
    assert opened.read_text().splitlines() == [str(pdf)]
    text = subprocess.run(
        ["pdftotext", "-layout", str(pdf), "-"], check=True, capture_output=True
    ).stdout.decode()
    for title in ("BẢNG THEO DÕI", "NGÂN SÁCH", "TÌNH HÌNH THỰC HIỆN NHIỆM VỤ", "Nơi nhận"):
        assert title in text
    assert "NGUỒN SỐ LIỆU" not in text and "MINH-HOA_Phieu" not in text
    assert not list(pdf.parent.glob(".dang-ghi*"))


def test_mau_trinh_bay_opens_the_workspaces_own_templates(book, demo, opened):
    opened.write_text("")
    book.press("Mẫu trình bày")
    assert opened.read_text().splitlines() == [str(demo / "mau")]
    assert {path.name for path in (demo / "mau").iterdir()} == set(NAMES)


def test_folders_and_pages_are_opened(book, demo, opened):
    opened.write_text("")
    shutil.rmtree(demo / "2018-9T", ignore_errors=True)
    book.set_cell(DASHBOARD, "F4", "2018-9T")
    book.press("Mở thư mục nhận về")
    book.press("Hướng dẫn")
    book.press("Kiểm tra máy")
    assert opened.read_text().splitlines() == [
        str(demo / "2018-9T/nhan-ve"),
        str(demo / "nhat-ky/huong-dan.html"),
        str(demo / "nhat-ky/kiem-tra-may.txt"),
    ]
    assert (demo / "2018-9T/nhan-ve").is_dir()
    assert "<h1>Hướng dẫn dùng CCHC-XL</h1>" in (demo / "nhat-ky/huong-dan.html").read_text("utf-8")
    assert "Python" in (demo / "nhat-ky/kiem-tra-may.txt").read_text("utf-8-sig")
    # Inside Calc another Python runs than the settings name: the one thing to do here.
    assert told(book).startswith("Cần làm:\n• Tệp xlwings.conf: ")


def test_nap_quyet_dinh_fills_an_empty_master(calc, tmp_path, decision_files):
    """What a person does after the installer: an empty master, then the real decisions."""
    master, _, _ = init(tmp_path / "CCHC")
    ready, _, _ = init(tmp_path / "san" / "CCHC", decision_files)
    with calc.open(ready) as book:
        names = (
            "KeHoach",
            "PhanCong",
            "PhanBo",
            "ChiTieuTinh",
            "QuyetDinh",
            "KyBaoCao",
            "KetQua",
            "TienDoNop",
        )
        expected = {name: book.table(name) for name in names}
        found = len(book.table("PhatHien"))
    with calc.open(master) as book:
        # An agency that an officer added without a code is not added again.
        free = last_row(book, "CoQuan") + 1
        book.set_cell("Cơ quan", f"B{free}", "Đơn vị thử nghiệm")
        book.resize_table("CoQuan", f"A4:H{free}")
        agencies = book.table("CoQuan")
        book.press("Tổng hợp")
        assert "chưa có kế hoạch nào. Bấm Nạp quyết định" in told(book)
        book.answer(files=[str(path) for path in decision_files])
        book.press("Nạp quyết định")
        assert "3598/QĐ-UBND: 103 dòng, 74 việc" in book.alerts[-1]["prompt"]
        assert {name: book.table(name) for name in expected} == expected
        assert len(book.table("PhatHien")) == found
        assert book.table("CoQuan") == agencies
        assert book.cell(DASHBOARD, "F4") == "2018-Q1"
        book.press("Tạo phiếu báo cáo")
        assert "Đã tạo 36 phiếu" in book.alerts[-1]["prompt"]
        book.answer(files=[str(decision_files[0])])
        book.press("Nạp quyết định")
        assert "3598-2017 được nạp hai lần" in book.alerts[-1]["prompt"]
        assert len(book.table("KeHoach")) == len(expected["KeHoach"])
        assert book.tracebacks == []
    assert files_of(tmp_path / "CCHC/quyet-dinh") == {
        p.name: p.read_bytes() for p in decision_files
    }


def test_nap_quyet_dinh_in_a_master_from_before_there_were_goals(
    calc, tmp_path, decision_files, monkeypatch
):
    rows = cchc_xl.master.writer.plan_rows
    with monkeypatch.context() as before:
        before.setattr(
            cchc_xl.master.writer,
            "plan_rows",
            lambda *given: {
                name: of for name, of in rows(*given).items() if name not in LATER_SHEETS
            },
        )
        master, _, _ = init(tmp_path / "CCHC")
    with calc.open(master) as book:
        book.answer(files=[str(path) for path in decision_files])
        book.press("Nạp quyết định")
        said = told(book)
        assert "2784/QĐ-UBND: 47 dòng" in said and "chưa có trang Chỉ tiêu tỉnh" in said
        assert len(book.table("KeHoach")) == 150
        book.press("Tạo phiếu báo cáo")
        assert "Đã tạo 36 phiếu" in book.alerts[-1]["prompt"]
        assert book.tracebacks == []


def test_another_decision_file_of_the_same_name_is_refused(book, demo, tmp_path, decision_files):
    other = tmp_path / "khac" / decision_files[0].name
    other.parent.mkdir()
    text = decision_files[0].read_text("utf-8").replace("3598", "4321")
    other.write_text(text, "utf-8")
    kept, plan = files_of(demo / "quyet-dinh"), book.table("KeHoach")
    book.answer(files=[str(other)])
    book.press("Nạp quyết định")
    assert f"đã có tệp {other.name} khác" in told(book)
    assert (files_of(demo / "quyet-dinh"), book.table("KeHoach")) == (kept, plan)


def test_what_the_system_refuses_is_said_with_its_place(book, demo):
    (demo / "2018-9T").write_text("")
    book.set_cell(DASHBOARD, "F4", "2018-9T")
    book.press("Mở thư mục nhận về")
    assert f"Không dùng được {demo / '2018-9T'}" in told(book)
    assert "đường dẫn đi qua một tệp" in told(book) or "trùng tên thư mục" in told(book)


def test_choosing_no_decision_changes_nothing(book):
    plan = book.table("KeHoach")
    book.press("Nạp quyết định")
    assert (book.table("KeHoach"), book.alerts) == (plan, [])


# ------------------------------------------------------------ unsaved edits count


def test_an_edited_budget_counts_without_saving(book, demo):
    saved = (demo / "CCHC-2018.xlsm").read_bytes()
    cell = address(book, "KeHoach", "Kinh phí dự toán (triệu đồng)", Mã="6.2.1")
    book.set_cell("Kế hoạch", cell, 2000)
    book.set_cell(SCRATCH, "E1", '=CCHC_DUTOAN("6.2.1")')
    book.press("Tổng hợp")  # which also calculates the functions anew
    assert row_of(book, "KetQua", Mã="6.2.1")["Dự toán"] == 2000
    written = stored_values(demo / "2018-6T/tong-hop/Phu-luc-2_2018-6T.xlsx")["Phụ lục 1"]
    assert 2000 in next(row for row in written if "6.2.1" in row)
    assert book.cell(SCRATCH, "E1") == 2000
    assert (demo / "CCHC-2018.xlsm").read_bytes() == saved


def test_a_budget_in_a_currency_format_is_the_same_budget(book):
    """COM hands such a cell over as a Decimal cut to four places."""
    cell = address(book, "KeHoach", "Kinh phí dự toán (triệu đồng)", Mã="1.1.3")
    book.set_cell("Kế hoạch", cell, 0.761123)
    book.format_cells("Kế hoạch", cell, "[$₫-42A]#,##0.00")
    book.press("Tổng hợp")
    assert row_of(book, "KetQua", Mã="1.1.3")["Dự toán"] == pytest.approx(0.761123)


def test_runaway_formatting_does_not_make_the_plan_unreadable(book):
    book.format_cells("Kế hoạch", "C1048576", "@")
    book.set_cell("Kế hoạch", "T1048576", "x")
    book.press("Tổng hợp")
    assert "31/36 cơ quan" in told(book)


def test_a_renamed_agency_counts_without_saving(book):
    cell = address(book, "CoQuan", "Tên cơ quan", **{"Tên cơ quan": "Sở Tư pháp"})
    book.set_cell("Cơ quan", cell, "Sở Tư pháp và Hộ tịch")
    book.press("Tổng hợp")
    assert row_of(book, "TienDoNop", **{"Cơ quan": "Sở Tư pháp và Hộ tịch"})["Tình trạng"] == (
        "Đã nhận"
    )
    assert "Sở Tư pháp" not in [row["Cơ quan"] for row in book.table("TienDoNop")]


def test_a_changed_reporter_counts_without_saving(book):
    before = row_of(book, "KetQua", Mã="7.1.4")
    assert (before["Phải báo cáo"], before["Đã báo cáo"]) == (1, 1)
    cell = address(book, "PhanCong", "Cơ quan báo cáo", Mã="7.1.4")
    book.set_cell("Phân công", cell, "Sở Nội vụ; Thanh tra tỉnh")
    book.press("Tổng hợp")
    after = row_of(book, "KetQua", Mã="7.1.4")
    assert (after["Phải báo cáo"], after["Đã báo cáo"]) == (2, 1)


# ---------------------------------------------------- what officers added is theirs


def test_notes_formulas_and_texts_of_officers_survive(book):
    """A column of their own, a formula to a row, a text under the table."""
    last = last_row(book, "TienDoNop")
    book.set_cell("Tiến độ nộp", "V4", "Đã gọi điện")
    book.resize_table("TienDoNop", f"A4:V{last}")
    noted = book.table("TienDoNop")[20]["Cơ quan"]
    book.set_cell("Tiến độ nộp", "V25", "Hẹn thứ Sáu")
    book.set_cell("Tiến độ nộp", f"A{last + 2}", "Ghi chú cuối trang")
    book.set_cell(SCRATCH, "E1", "='Tiến độ nộp'!A25")
    # Two agencies more must report: one belongs before that row, one after the last.
    for name in ("Sở Cải cách", "UBND huyện Mới"):
        free = last_row(book, "CoQuan") + 1
        book.set_cell("Cơ quan", f"A{free}:B{free}", [[f"'M{free}", name]])
        book.resize_table("CoQuan", f"A4:H{free}")
    cell = address(book, "PhanCong", "Cơ quan báo cáo", Mã="7.1.4")
    book.set_cell("Phân công", cell, "Sở Nội vụ; Sở Cải cách; UBND huyện Mới")
    book.press("Tổng hợp")
    assert len(book.table("TienDoNop")) == last - 4 + 2
    marked = [row for row in book.table("TienDoNop") if row["Đã gọi điện"]]
    assert [(row["Cơ quan"], row["Đã gọi điện"]) for row in marked] == [(noted, "Hẹn thứ Sáu")]
    book.calculate()
    assert book.cell(SCRATCH, "E1") == noted
    assert book.cell("Tiến độ nộp", f"A{last + 4}") == "Ghi chú cuối trang"


def test_a_sorted_table_stays_sorted(book):
    turned = shown(book, "KetQua")[::-1]
    # As sorting does: the same cells in another order.
    typed = [[f"'{v}" if isinstance(v, str) else v for v in row] for row in turned]
    book.set_cell("Kết quả", f"A5:O{last_row(book, 'KetQua')}", typed)
    book.press("Tổng hợp")
    assert shown(book, "KetQua") == turned


def test_a_filter_stays_and_hides_no_row_from_the_refresh(book):
    """An officer looks at what is overdue only; all rows must be written, the filter kept."""
    rows = shown(book, "KetQua")
    wrong = [[value if at in (0, 1) else None for at, value in enumerate(row)] for row in rows]
    typed = [[f"'{v}" if isinstance(v, str) else v for v in row] for row in wrong]
    book.set_cell("Kết quả", f"A5:O{last_row(book, 'KetQua')}", typed)
    book.set_cell("Kết quả", "F10", "Quá hạn")
    book.filter_table("KetQua", "Trạng thái", "Quá hạn")
    assert book.hidden_rows("KetQua") > 100
    book.press("Tổng hợp")
    assert shown(book, "KetQua") == rows
    overdue = sum(row[5] == "Quá hạn" for row in rows)
    assert book.hidden_rows("KetQua") == len(rows) - overdue


def test_codes_stay_texts_where_an_officer_changed_their_format(calc, tmp_path, decision_files):
    master, _, _ = init(tmp_path / "CCHC")
    with calc.open(master) as book:
        book.format_cells("Kế hoạch", "A5:B5", "General")
        book.answer(files=[str(decision_files[0])])
        book.press("Nạp quyết định")
        codes = [row["Mã"] for row in book.table("KeHoach")]
        assert {"1.1", "1.10"} & set(codes) <= set(codes)
        assert all(isinstance(code, str) for code in codes)
        assert len(set(codes)) == 103
        assert book.tracebacks == []


def test_rows_that_are_gone_leave_unless_somebody_wrote_beside_them(book):
    before = len(book.table("KetQua"))
    book.set_cell("Kết quả", "P4", "Ghi chú")
    book.resize_table("KetQua", f"A4:P{last_row(book, 'KetQua')}")
    book.set_cell("Kết quả", address(book, "KetQua", "Ghi chú", Mã="VIII.2"), "Xem công văn 12")
    # The officer takes both tasks of group VIII out of the plan.
    for table, sheet in (("KeHoach", "Kế hoạch"), ("PhanCong", "Phân công")):
        for code in ("VIII.1", "VIII.2"):
            row = 5 + index_of(book, table, Mã=code)
            width = len(book.table(table)[0])
            cells = f"A{row}:{get_column_letter(width)}{row}"
            book.set_cell(sheet, cells, [[None] * width])
    book.press("Tổng hợp")
    assert len(book.table("KetQua")) == before - 1
    (kept,) = [row for row in book.table("KetQua") if row["Ghi chú"]]
    assert (kept["Mã"], kept["Trạng thái"]) == ("VIII.2", "Không còn trong kế hoạch")
    assert (kept["Dự toán"], kept["Đã chi"], kept["Phải báo cáo"]) == (None, None, None)


def test_rows_that_an_officer_typed_into_a_table_stay(book):
    last = last_row(book, "TienDoNop")
    book.set_cell("Tiến độ nộp", f"A{last + 1}:B{last + 1}", [["Báo Đắk Lắk", "Nộp bản giấy"]])
    book.resize_table("TienDoNop", f"A4:K{last + 1}")
    end = last_row(book, "KetQua")
    book.set_cell("Kết quả", f"B{end + 1}:D{end + 1}", [["'9.9", None, "Việc tự thêm"]])
    book.resize_table("KetQua", f"A4:O{end + 1}")
    book.press("Tổng hợp")
    assert row_of(book, "TienDoNop", **{"Cơ quan": "Báo Đắk Lắk"})["Tình trạng"] == "Nộp bản giấy"
    assert row_of(book, "KetQua", Mã="9.9")["Nội dung công việc"] == "Việc tự thêm"


def test_decisions_loaded_one_after_the_other_stand_in_that_order(calc, tmp_path, decision_files):
    master, _, _ = init(tmp_path / "CCHC")
    with calc.open(master) as book:
        for path in decision_files:
            book.answer(files=[str(path)])
            book.press("Nạp quyết định")
        assert [row["Kế hoạch"] for row in book.table("QuyetDinh")] == ["3598-2017", "2784-2017"]
        plans = [row["Kế hoạch"] for row in book.table("KeHoach")]
        assert plans == ["3598-2017"] * 103 + ["2784-2017"] * 47
        assert book.tracebacks == []


def test_an_own_row_among_the_agencies_stays(book):
    end = last_row(book, "TheoCoQuan")
    book.set_cell("Theo cơ quan", f"B{end + 1}:D{end + 1}", [["Tổng của tôi", None, 7]])
    book.resize_table("TheoCoQuan", f"A4:{get_column_letter(9 + 6)}{end + 1}")
    book.press("Tổng hợp")
    assert row_of(book, "TheoCoQuan", **{"Cơ quan": "Tổng của tôi"})["Dự toán"] == 7


def test_a_column_with_a_heading_like_ours_is_not_taken_for_it(book):
    """The officer's “Trạng thái:” stands beside our “Trạng thái”."""
    last = last_row(book, "KetQua")
    block = book.block("Kết quả", f"A4:O{last}")
    own = ["Trạng thái:", *["của tôi"] * (len(block) - 1)]
    moved = [[row[0], mine, *row[1:]] for row, mine in zip(block, own, strict=True)]
    typed = [[f"'{v}" if isinstance(v, str) else v for v in row] for row in moved]
    book.resize_table("KetQua", f"A4:P{last}")
    book.set_cell("Kết quả", f"A4:P{last}", typed)
    book.press("Tổng hợp")
    assert {row["Trạng thái:"] for row in book.table("KetQua")} == {"của tôi"}
    assert row_of(book, "KetQua", Mã="7.1.4")["Trạng thái"] == "Quá hạn"


def test_a_copied_row_with_a_note_shows_what_the_row_shows(book):
    book.set_cell("Kết quả", "P4", "Ghi chú")
    end = last_row(book, "KetQua")
    (row,) = book.block("Kết quả", "A6:O6")
    copy = [*(f"'{v}" if isinstance(v, str) else v for v in row), "bản sao"]
    copy[7] = 999_999  # figures of an earlier day
    book.set_cell("Kết quả", f"A{end + 1}:P{end + 1}", [copy])
    book.resize_table("KetQua", f"A4:P{end + 1}")
    book.press("Tổng hợp")
    first, second = [one for one in book.table("KetQua") if one["Mã"] == row[1]]
    assert second.pop("Ghi chú") == "bản sao"
    assert first.pop("Ghi chú") is None
    assert second == first


def test_a_table_that_an_officer_emptied_is_filled_again(book):
    rows = shown(book, "KetQua")
    book.resize_table("KetQua", "A4:O5")
    book.set_cell("Kết quả", "A5:O160", [[None] * 15] * 156)
    book.press("Tổng hợp")
    assert shown(book, "KetQua") == rows


def test_text_from_a_return_never_becomes_a_formula(calc, tmp_path, decision_files):
    root = tmp_path / "CCHC-2018"
    init(root, decision_files)
    paths, _ = make_forms(load(root), PERIOD)
    evil = ["=1+1", "+cmd|' /C calc'!A0", "@SUM(A1)", "-2+3", "'=1", "1.10", "x" * 9_000]
    form = paths["Sở Tư pháp"]
    codes = list(Form(form).rows)[: len(evil)]
    entries = {
        c: {"status": "Đang thực hiện", "result": t} for c, t in zip(codes, evil, strict=True)
    }
    return_form(form, root / PERIOD / "nhan-ve", entries, change=as_text)
    with calc.open(root / "CCHC-2018.xlsm") as book:
        book.set_cell(DASHBOARD, "F4", PERIOD)
        book.press("Tổng hợp")
        shown = {row["Mã"]: row["Kết quả đạt được"] for row in book.table("NguonSoLieu")}
        assert [shown[code] for code in codes] == evil
        heading = list(book.table("NguonSoLieu")[0]).index("Kết quả đạt được")
        column = openpyxl.utils.get_column_letter(heading + 1)
        for at in range(5, 5 + len(book.table("NguonSoLieu"))):
            formula = book.formula("Nguồn số liệu", f"{column}{at}")
            assert not formula.startswith("=") or formula in evil


def as_text(form: Form) -> None:
    """An agency typed texts: openpyxl must not make formulas of them."""
    for code in form.rows:
        cell = form.cell(code, "result")
        if isinstance(cell.value, str):
            cell.data_type = "s"


# -------------------------------------------------------------- when it goes wrong


def no_folder(book, demo: Path) -> None:
    shutil.rmtree(demo / "2018-6T/tong-hop")
    (demo / "2018-6T/tong-hop").write_text("")


MISTAKES = {
    "Không có kỳ báo cáo “2018-13T”": lambda book, _: book.set_cell(DASHBOARD, "F4", "2018-13T"),
    "Chưa có phiếu nào": lambda book, _: book.set_cell(DASHBOARD, "F4", "2018-NAM"),
    "Trang “Kết quả” thiếu cột “Mã”": lambda book, _: book.set_cell("Kết quả", "B4", "Ký hiệu"),
    "Trang “Kế hoạch” của": lambda book, _: book.set_cell("Kế hoạch", "B4", "Ký hiệu"),
    "không còn bảng KetQua": lambda book, _: book.doc.DatabaseRanges.removeByName("KetQua"),
    "đang khóa (Protect Sheet)": lambda book, _: book.protect("Theo cơ quan"),
    "Không ghi được": no_folder,
    "có bảng CuaToi nằm bên dưới": lambda book, _: book.add_table(
        "Tệp nhận về", "CuaToi", "A60:C63"
    ),
}


@pytest.mark.parametrize("message", MISTAKES)
def test_a_mistake_is_one_message_and_nothing_changes(book, demo, message):
    MISTAKES[message](book, demo)
    names = [table.name for table in RESULTS.values() if "bảng" not in message]
    before = {name: book.table(name) for name in names}
    settings = kept_settings(book)
    book.press("Tổng hợp")
    assert message in told(book)
    assert book.alerts[0]["mode"] == "critical"
    assert {name: book.table(name) for name in names} == before
    assert kept_settings(book) == settings
    assert not list((demo / "nhat-ky").glob("loi_*"))


def test_a_fault_of_ours_is_a_message_with_the_log_and_nothing_is_lost(tmp_path, demo):
    """A package with a bug in it: the officer sees no traceback, the log has it."""
    broken = tmp_path / "broken"
    shutil.copytree(ROOT / "cchc_xl", broken / "cchc_xl")
    for folder in ("templates", "workbook", "docs"):
        shutil.copytree(ROOT / folder, broken / folder)
    module = broken / "cchc_xl/outputs/monitoring.py"
    source = module.read_text("utf-8")
    module.write_text(source.replace("    book = Book(", "    1 / 0\n    book = Book(", 1), "utf-8")
    before = files_of(demo)
    with (
        Calc(tmp_path / "calc", python_path=[broken]) as calc,
        calc.open(demo / "CCHC-2018.xlsm") as book,
    ):
        tables = {table.name: book.table(table.name) for table in RESULTS.values()}
        settings = kept_settings(book)
        book.press("Tổng hợp")
        log = demo / "nhat-ky" / f"loi_{datetime.date.today():%Y-%m-%d}.log"
        assert str(log) in told(book)
        assert "Traceback" not in told(book)
        assert "ZeroDivisionError" in log.read_text("utf-8")
        assert kept_settings(book) == settings
        assert book.tracebacks == []
        assert {table.name: book.table(table.name) for table in RESULTS.values()} == tables
    log.unlink()
    assert files_of(demo) == before


# ------------------------------------------------------------------- the functions


def test_functions_give_what_the_ledger_says(book, demo):
    ledger = consolidate_period(load(demo), PERIOD).ledger
    plan = ledger.programme.plan_by_id["3598-2017"]
    million = 1_000_000
    top = ledger.result(plan.by_code["1"])
    cells = {
        '=CCHC_DUTOAN("1")': top.budget / million,
        '=CCHC_DUTOAN("3598-2017","Sở Tư pháp")': 150,
        '=CCHC_DACHI("1","2018-6T")': top.spent / million,
        '=CCHC_DACHI("1","6 tháng đầu năm 2018","Sở Tư pháp")': top.spent / million,
        '=CCHC_TYLE("1")': top.spent / top.budget * 100,
        '=CCHC_TRANGTHAI("7.1.4")': "Quá hạn",
        '=CCHC_TRANGTHAI("III.1","2018-6T","Sở Ngoại vụ")': "Chưa báo cáo",
        '=CCHC_HAN("Quý I/2018",2018)': 43190,
        '=CCHC_SO("8,5 tỷ")': 8.5e9,
        '=CCHC_SO("1.478,4")': 1478.4,
        "=CCHC_BANGCHU(8000000000)": "Tám tỷ đồng",
        '=CCHC_BANGCHU(2050,"triệu đồng")': "Hai tỷ không trăm năm mươi triệu đồng",
        '=CCHC_DUTOAN("4.3.2")': None,
        '=CCHC_DUTOAN("9.9")': "Không có mã 9.9",
        '=CCHC_DACHI("1","2018-9T")': "Kỳ 2018-9T chưa tổng hợp",
        '=CCHC_SO("1.500")': "“1.500” có thể là 1.500 hoặc 1,5",
    }
    for row, formula in enumerate(cells, 1):
        book.set_cell(SCRATCH, f"E{row}", formula)
    book.calculate()
    for row, (formula, value) in enumerate(cells.items(), 1):
        found = book.cell(SCRATCH, f"E{row}")
        assert found == (pytest.approx(value) if isinstance(value, float) else value), formula
    book.set_cell(SCRATCH, "F1", '=CCHC_NGUON("7.1.4")')
    book.calculate()
    (source,) = ledger.result(plan.by_code["7.1.4"]).sources
    for part in (source.agency, source.file, source.sheet, source.cell):
        assert part in book.cell(SCRATCH, "F1")


def test_a_whole_column_is_as_long_as_what_is_used(book):
    book.set_array(SCRATCH, "G1:G300", "=CCHC_DUTOAN($'Kế hoạch'.B1:B1048576)")
    book.calculate()
    given = [row[0] for row in book.block(SCRATCH, "G1:G300")]
    plan = book.table("KeHoach")
    results = {row["Mã"]: row["Dự toán"] for row in book.table("KetQua")}
    assert given[4 : 4 + len(plan)] == [results[row["Mã"]] for row in plan]


def test_a_column_gives_a_column(book):
    book.set_array(SCRATCH, "G1:G20", "=CCHC_DUTOAN($'Kế hoạch'.B5:B24)")
    book.calculate()
    plan = book.table("KeHoach")[:20]
    results = {row["Mã"]: row["Dự toán"] for row in book.table("KetQua")}
    given = [row[0] for row in book.block(SCRATCH, "G1:G20")]
    assert given == [results[row["Mã"]] for row in plan]


# --------------------------------------------------------------------- what is seen


def test_the_dashboard_stores_the_values_that_its_formulas_give(calc, _demo):
    """What a viewer without calculation shows is what Calc calculates."""
    stored = openpyxl.load_workbook(_demo / "CCHC-2018.xlsm", data_only=True)[DASHBOARD]
    with calc.open(_demo / "CCHC-2018.xlsm") as book:
        book.calculate()
        for row in stored.iter_rows():
            for cell in row:
                if cell.value is not None:
                    found = book.cell(DASHBOARD, cell.coordinate)
                    assert found == pytest.approx(cell.value), cell.coordinate


def test_the_dashboard_counts_as_late_what_came_late(book):
    """Who returned nothing is late too, but stands under Chưa nộp."""
    book.press("Tổng hợp")
    book.calculate()
    late = [row for row in book.table("TienDoNop") if row["Trễ (ngày)"]]
    came = [row for row in late if row["Ngày nhận"]]
    assert 0 < len(came) < len(late)
    texts = [str(value) for row in book.sheet_values(DASHBOARD) for value in row if value]
    assert f"nộp trễ: {len(came)}" in texts


def test_the_dashboard_can_be_looked_at(book, tmp_path):
    picture = tmp_path / "bang.png"
    book.render(DASHBOARD, picture)
    assert picture.stat().st_size > 20_000


def test_figures_do_not_depend_on_who_asks(demo):
    done = consolidate_period(load(demo), PERIOD)
    assert figures_of(done.ledger) == (demo / "nhat-ky/so-lieu_2018-6T.json").read_bytes()
