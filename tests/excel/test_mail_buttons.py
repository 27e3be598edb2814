"""The buttons around the table, pressed in a real spreadsheet program, with real mail servers and
a real password store."""

from __future__ import annotations

import email
import os
import re
import shutil
from email.policy import default
from pathlib import Path

import pytest
from openpyxl.utils import get_column_letter, range_boundaries

import cchc_xl.master.dashboard
import cchc_xl.master.writer
from cchc_xl.cli.steps import init
from cchc_xl.master.layout import DASHBOARD, LATER_SHEETS
from cchc_xl.master.mail_settings import DRAFTS, OUTLOOK, SMTP
from cchc_xl.master.opening import load
from cchc_xl.master.result_tables import RESULTS
from cchc_xl.text.dates import now
from tests.support.calc.host import Calc
from tests.support.mail_servers import HOST, OFFICE
from tests.support.scripted_agencies import ScriptedAgencies, address_of
from tests.support.year import put_return

pytestmark = pytest.mark.long

ROOT = Path(__file__).parents[2]
PERIOD = "2018-6T"
BOARD = "Tiến độ nộp"
FIRST, SECOND, THIRD = AGENCIES = ("Sở Nội vụ", "Sở Tư pháp", "Sở Y tế")
TODAY = f"{now():%d/%m/%Y}"  # in the office, wherever the tests run


@pytest.fixture(scope="module")
def opened(tmp_path_factory) -> Path:
    """Where `xdg-open` notes what it was asked to open."""
    folder = tmp_path_factory.mktemp("bin")
    program = folder / "xdg-open"
    program.write_text(f'#!/bin/sh\nprintf "%s\\n" "$1" >> "{folder}/opened"\n')
    program.chmod(0o755)
    return folder / "opened"


@pytest.fixture(scope="module")
def calc(tmp_path_factory, opened, _keyring_of_the_session):
    """Calc on a desktop with a password store and without a screen to ask on."""
    with pytest.MonkeyPatch.context() as here:
        here.setenv("PATH", f"{opened.parent}{os.pathsep}{os.environ['PATH']}")
        here.setenv("DBUS_SESSION_BUS_ADDRESS", _keyring_of_the_session.address)
        here.delenv("DISPLAY", raising=False)
        with Calc(tmp_path_factory.mktemp("calc"), python_path=[ROOT]) as calc:
            yield calc


class Desk:
    """An officer with the master open in front of them."""

    def __init__(self, book, root: Path):
        self.book, self.root = book, root
        book.set_cell(DASHBOARD, "F4", PERIOD)

    def write(self, table: str, sheet: str, key: str, heading: str, values: dict) -> None:
        """Type values into a column of a table, in the rows that have the keys."""
        left, top, _, _ = range_boundaries(self.book.table_address(table))
        rows = self.book.table(table)
        column = get_column_letter(left + list(rows[0]).index(heading))
        at = {row[key]: top + 1 + n for n, row in enumerate(rows)}
        for name, value in values.items():
            self.book.set_cell(sheet, f"{column}{at[name]}", value)

    def set_up(self, **said: object) -> None:
        """Lines of the sheet Thư điện tử, with _ for blanks."""
        lines = {name.replace("_", " "): value for name, value in said.items()}
        self.write("ThuDienTu", "Thư điện tử", "Mục", "Giá trị", lines)

    def enter_addresses(self, addresses: dict[str, str]) -> None:
        self.write("CoQuan", "Cơ quan", "Tên cơ quan", "E-mail", addresses)

    def press(self, button: str, *answers: str) -> list[str]:
        """What the message boxes say after a button was pressed."""
        self.book.answer(*answers)
        before = len(self.book.alerts)
        self.book.press(button)
        return [alert["prompt"] for alert in self.book.alerts[before:]]

    def press_on_the_board(self, macro: str, cells: list[str], *answers: str) -> list[str]:
        """The same by the ribbon, with cells of the board selected (several with Ctrl)."""
        sheet = self.book.doc.Sheets.getByName(BOARD)
        controller = self.book.doc.getCurrentController()
        controller.setActiveSheet(sheet)
        chosen = self.book.doc.createInstance("com.sun.star.sheet.SheetCellRanges")
        places = [sheet.getCellRangeByName(one).RangeAddress for one in cells]
        chosen.addRangeAddresses(tuple(places), False)
        controller.select(chosen)
        self.book.answer(*answers)
        before = len(self.book.alerts)
        self.book.call(macro)
        return [alert["prompt"] for alert in self.book.alerts[before:]]

    def row(self, agency: str) -> dict[str, object]:
        return next(row for row in self.book.table("TienDoNop") if row["Cơ quan"] == agency)

    def cells_of(self, first: str, last: str = "") -> str:
        names = [row["Cơ quan"] for row in self.book.table("TienDoNop")]
        return f"B{5 + names.index(first)}:C{5 + names.index(last or first)}"

    def title(self, sheet: str) -> str:
        return self.book.cell(sheet, "A1")

    def files(self) -> dict[str, bytes]:
        """What lies in the folder, the lock aside."""
        return {
            str(path.relative_to(self.root)): path.read_bytes()
            for path in sorted(self.root.rglob("*"))
            if path.is_file() and path.name not in (".dang-chay", ".~lock.CCHC-2018.xlsm#")
        }

    @property
    def active_sheet(self) -> str:
        return self.book.doc.getCurrentController().getActiveSheet().Name


@pytest.fixture
def desk(calc, workspace, keyring_of_the_desktop):
    """The unmodified master of the real plan, open; nothing may have gone wrong in Python."""
    with calc.open(workspace / "CCHC-2018.xlsm") as book:
        yield Desk(book, workspace)
        assert book.tracebacks == []
        assert not list((workspace / "nhat-ky").glob("loi_*"))


@pytest.fixture
def office(desk, mail, keyring_of_the_desktop) -> Desk:
    """The same, set up to send to three agencies."""
    desk.enter_addresses({name: mail.add(address_of(name)) for name in AGENCIES})
    shutil.copy(mail.ca_file, desk.root / "ca.pem")
    desk.set_up(
        **{
            "Cách_gửi": SMTP,
            "Địa_chỉ_thư": OFFICE,
            "Tệp_chứng_thư": "ca.pem",
            "Số_thư_mỗi_phút": 9000,
            "Gửi_kết_quả_đến": OFFICE,
            "Máy_chủ_gửi_(SMTP)": HOST,
            "Cổng_gửi": mail.submission_port,
            "Máy_chủ_nhận_(IMAP)": HOST,
            "Cổng_nhận": mail.imaps_port,
        }
    )
    return desk


@pytest.fixture
def password(keyring_of_the_desktop, mail) -> None:
    keep(mail.password(OFFICE))


def keep(password: str) -> None:
    import keyring

    keyring.set_password(f"CCHC-XL {HOST}", OFFICE, password)


def received(mail, agency: str) -> list:
    mail.wait_delivered()
    return mail.messages(address_of(agency))


# ----------------------------------------------------------------------- sending


def test_forms_go_out_once_and_again_only_on_yes(office, mail, password):
    office.enter_addresses({THIRD: "soyte.tinh.test"})
    before, board = office.files(), office.book.table("TienDoNop")
    question, after = office.press("Gửi phiếu", "no")
    assert office.book.alerts[0]["buttons"] == "yes_no"
    assert question.splitlines()[:2] == [
        f"Kỳ 6 tháng đầu năm 2018: phiếu báo cáo, 2 thư. Cách gửi: {SMTP}.",
        f"Nơi nhận: {FIRST}, {SECOND}.",
    ]
    assert "Kèm theo: Phieu_2018-6T_So-Noi-vu.xlsx, Phieu_2018-6T_So-Tu-phap.xlsx" in question
    assert "Không gửi, chưa có địa chỉ (33): Văn phòng UBND tỉnh, " in question
    assert " và 25 nơi khác." in question
    assert f"Không gửi, địa chỉ sai (1): {THIRD}." in question
    assert question.endswith("\n\nLàm tiếp?")
    assert after == "Chưa gửi thư nào."
    assert (office.files(), office.book.table("TienDoNop")) == (before, board)
    assert [received(mail, name) for name in AGENCIES] == [[], [], []]

    _, done = office.press("Gửi phiếu", "yes")
    assert done == "Đã gửi 2 thư."
    (letter,) = received(mail, FIRST)
    (form,) = letter.iter_attachments()
    assert form.get_filename() == "Phieu_2018-6T_So-Noi-vu.xlsx"
    made = office.root / PERIOD / "gui-di" / form.get_filename()
    assert form.get_content() == made.read_bytes()
    assert [office.row(name)["Đã gửi phiếu"] for name in AGENCIES] == [TODAY, TODAY, None]
    assert f"{office.row(THIRD)['Phiếu lập']:%d/%m/%Y}" == TODAY

    chosen = [office.cells_of(FIRST), office.cells_of(SECOND)]
    asked, told = office.press_on_the_board("SendForms", chosen, "no")
    assert asked.startswith("Đang chọn 2 cơ quan mà thư này đã gửi trước:\n• Sở Nội vụ: ")
    assert asked.endswith("\nGửi lại cho các cơ quan này?")
    assert told.splitlines()[0] == "Không có thư nào cần gửi."
    assert f"Không gửi, đã gửi trước (2): {FIRST}, {SECOND}." in told

    # Rows that a filter hides are not meant, though the selection goes over them.
    office.book.filter_table("TienDoNop", "Cơ quan", SECOND)
    asked, question, done = office.press_on_the_board(
        "SendForms", [office.cells_of(FIRST, THIRD)], "yes", "yes"
    )
    assert asked.startswith(f"Đang chọn 1 cơ quan mà thư này đã gửi trước:\n• {SECOND}: ")
    assert f"Nơi nhận: {SECOND}." in question
    assert done == "Đã gửi 1 thư."
    assert [len(received(mail, name)) for name in AGENCIES] == [1, 2, 0]
    # On another sheet what is selected means nothing.
    (told,) = office.press("Gửi phiếu", "yes", "yes")
    assert told.startswith("Không có thư nào cần gửi.")


def test_drafts_are_files_that_a_mail_program_opens(office, opened):
    office.set_up(Cách_gửi=DRAFTS)
    opened.write_text("")
    question, done = office.press("Gửi phiếu", "yes")
    assert f"Cách gửi: {DRAFTS}." in question
    assert done == "Đã lập 3 thư nháp. Mở từng tệp, xem lại rồi bấm gửi."
    folder = office.root / PERIOD / "thu-nhap"
    assert opened.read_text().splitlines() == [str(folder)]
    drafts = [email.message_from_bytes(p.read_bytes(), policy=default) for p in folder.iterdir()]
    assert {(d["To"], d["X-Unsent"], d["Date"]) for d in drafts} == {
        (address_of(name), "1", None) for name in AGENCIES
    }
    assert office.row(FIRST)["Đã gửi phiếu"] == f"{TODAY} (nháp)"
    (told,) = office.press("Gửi phiếu", "yes")
    assert told.startswith("Không có thư nào cần gửi.")


def test_without_outlook_one_line_says_so(office):
    office.set_up(Cách_gửi=OUTLOOK)
    question, told = office.press("Gửi phiếu", "yes")
    assert f"Cách gửi: {OUTLOOK}." in question
    assert told.startswith("Không mở được Outlook trên máy này")
    assert "\n" not in told
    assert office.book.alerts[-1]["mode"] == "critical"
    assert not (office.root / "nhat-ky" / f"thu_{PERIOD}.jsonl").exists()
    assert office.row(FIRST)["Đã gửi phiếu"] is None


def test_a_password_that_is_wrong_is_forgotten(office, mail, keyring_of_the_desktop):
    for button in ("Gửi phiếu", "Lấy từ hộp thư"):
        keep("sai mật khẩu")
        told = office.press(button, "yes")[-1]
        assert f"{HOST} không nhận tên đăng nhập “{OFFICE}”" in told
        assert "\n" not in told
        assert keyring_of_the_desktop.passwords() == {}
    # The next click would ask, but there is no screen to ask on.
    for button in ("Gửi phiếu", "Lấy từ hộp thư"):
        office.book.calc.ask("forget")  # answers that were not asked for
        told = office.press(button, "yes")[-1]
        assert told.startswith(f"Chưa có mật khẩu của {OFFICE} ({HOST}), và máy này không mở được")
        assert "\n" not in told
        assert keyring_of_the_desktop.passwords() == {}
    assert received(mail, FIRST) == []


def test_kiem_tra_may_looks_at_mail_as_it_stands_in_the_sheets(office, mail, password, opened):
    report = office.root / "nhat-ky" / "kiem-tra-may.txt"
    (told,) = office.press("Kiểm tra máy")
    # Inside Calc another Python runs than the settings name: the one thing to do here.
    assert [line.partition(":")[0] for line in told.splitlines()[1:]] == ["• Tệp xlwings.conf"]
    for line in (f"Máy chủ gửi thư: {HOST}:{mail.submission_port}", f"Hộp thư: {HOST}:"):
        assert f"[Đạt] {line}" in report.read_text("utf-8-sig")

    keep("sai mật khẩu")
    office.set_up(Cách_gửi=OUTLOOK)
    (told,) = office.press("Kiểm tra máy")
    _, _, *mailing = told.splitlines()
    said = ("Không mở được Outlook", f"Máy chủ gửi thư {HOST} không", f"Máy chủ nhận thư {HOST} ")
    names = ("Cách gửi thư", "Máy chủ gửi thư", "Hộp thư")
    for line, name, start in zip(mailing, names, said, strict=True):
        assert line.startswith(f"• {name}: {start}")
    import keyring

    assert keyring.get_password(f"CCHC-XL {HOST}", OFFICE) == "sai mật khẩu"
    assert "sai mật khẩu" not in report.read_text("utf-8-sig")


# ------------------------------------------------------------------ a whole period


def test_mail_in_and_all_other_mail_out(office, mail, password):
    office.press("Gửi phiếu", "yes")
    agencies = ScriptedAgencies(mail, load(office.root).programme, PERIOD, AGENCIES[:2])
    agencies.answer("replies", spam=1)
    mails = len(mail.messages(OFFICE))
    (told,) = office.press("Lấy từ hộp thư")
    assert told == f"Đã xem {mails} thư mới, lấy 2 phiếu vào nhan-ve."
    assert len(list((office.root / PERIOD / "nhan-ve").iterdir())) == 2
    shown = [office.row(name) for name in AGENCIES]
    assert [row["Tình trạng"] for row in shown] == ["Đã nhận", "Đã nhận", "Chưa nộp"]
    assert f"{shown[0]['Ngày nhận']:%d/%m/%Y}" == TODAY
    assert 0 < shown[0]["Số mục đã báo cáo"] <= shown[0]["Số mục phải báo cáo"]
    assert shown[2]["Việc tiếp theo"] == "Nhắc nộp lần 1"
    question, done = office.press("Nhắc nộp", "yes")
    assert question.startswith("Kỳ 6 tháng đầu năm 2018: thư nhắc lần 1, 1 thư.")
    assert f"Nơi nhận: {THIRD}." in question
    assert done == "Đã gửi 1 thư."
    assert office.row(THIRD)["Nhắc lần 1"] == TODAY
    (told,) = office.press("Nhắc nộp", "yes")
    assert told.startswith("Không có thư nào cần gửi.\nKhông gửi, ")
    assert f"vừa nhắc gần đây (1): {THIRD}." in told

    to_answer = [n for n in AGENCIES if office.row(n)["Xử lý"] == "Cần phản hồi"]
    assert to_answer
    question, done = office.press("Gửi phản hồi", "yes")
    assert f"phản hồi, {len(to_answer)} thư" in question
    assert f"Nơi nhận: {', '.join(to_answer)}." in question
    assert done == f"Đã gửi {len(to_answer)} thư."
    for name in to_answer:
        assert office.row(name)["Xử lý"] == "Đã yêu cầu sửa"
        assert office.row(name)["Đã phản hồi"] == TODAY
    office.press("Tổng hợp")
    before = len(mail.messages(OFFICE))
    question, after = office.press("Gửi kết quả", "no")
    assert f"kết quả, 1 thư. Cách gửi: {SMTP}.\nNơi nhận: {OFFICE}.\n" in question
    assert f"Kèm theo: Phu-luc-2_{PERIOD}.xlsx" in question
    assert after == "Chưa gửi thư nào."
    assert office.press("Gửi kết quả", "yes")[-1] == "Đã gửi 1 thư."
    mail.wait_delivered()
    assert len(mail.messages(OFFICE)) == before + 1
    assert office.press("Gửi kết quả", "yes")[0].startswith("Không có thư nào cần gửi.")


# ---------------------------------------------------------------------- the board


def test_the_board_comes_to_the_front_and_no_file_is_written(desk):
    put_return(load(desk.root), FIRST, PERIOD, {"4.1.1": {"status": "Đang thực hiện"}})
    before = desk.files()
    assert desk.press("Bảng theo dõi") == []
    assert desk.active_sheet == BOARD
    assert desk.row(FIRST)["Tình trạng"] == "Đã nhận"
    assert desk.row(SECOND)["Tình trạng"] == "Chưa nộp"
    assert desk.book.table("NguoiThuThap")
    assert desk.files() == before
    # As of now, and only the board: the other sheets are read, not consolidated.
    assert re.fullmatch(rf"TIẾN ĐỘ NỘP · KỲ {PERIOD} · \d\d:\d\d ngày .{{10}}", desk.title(BOARD))
    assert desk.title("Kết quả") == f"KẾT QUẢ · KỲ {PERIOD}"
    desk.press("Tổng hợp")
    assert re.fullmatch(rf"KẾT QUẢ · KỲ {PERIOD} · \d\d:\d\d ngày .{{10}}", desk.title("Kết quả"))


def test_what_officers_added_to_the_board_stays(desk):
    desk.press("Bảng theo dõi")
    _, top, right, last = range_boundaries(desk.book.table_address("TienDoNop"))
    own = get_column_letter(right + 1)
    at = desk.cells_of(SECOND)[1:].partition(":")[0]
    desk.book.set_cell(BOARD, f"{own}{top}", "Ghi chú")
    desk.book.resize_table("TienDoNop", f"A{top}:{own}{last}")
    desk.book.set_cell(BOARD, f"{own}{at}", "Hẹn thứ Sáu")
    desk.book.set_cell(BOARD, f"A{last + 2}", "Cuối trang")
    desk.book.filter_table("TienDoNop", "Xử lý", "Chưa nộp")
    put_return(load(desk.root), FIRST, PERIOD, {"4.1.1": {"status": "Đang thực hiện"}})
    desk.press("Bảng theo dõi")
    assert desk.book.hidden_rows("TienDoNop") == 1  # the one that returned its form
    assert {row["Cơ quan"]: row["Ghi chú"] for row in desk.book.table("TienDoNop")} == {
        row["Cơ quan"]: "Hẹn thứ Sáu" if row["Cơ quan"] == SECOND else None
        for row in desk.book.table("TienDoNop")
    }
    assert desk.book.cell(BOARD, f"A{last + 2}") == "Cuối trang"


@pytest.fixture
def older(tmp_path, decision_files, monkeypatch) -> Path:
    """A workspace whose master an earlier version made: fewer sheets, fewer columns, plain titles,
    and no place for when the board was made."""
    rows_of, write = cchc_xl.master.writer.plan_rows, cchc_xl.master.writer._write_sheet

    def fewer_columns(sheet, declared, rows, colour, title):
        kept = [n for n, heading in enumerate(declared.headings) if heading not in declared.later]
        columns = tuple(declared.columns[n] for n in kept)
        rows = [tuple(row[n] for n in kept) for row in rows]
        declared = declared._replace(columns=columns, colours=("", {}))
        write(sheet, declared, rows, colour, sheet.raw.get_name().upper())

    with monkeypatch.context() as before:
        before.setattr(cchc_xl.master.writer, "_write_sheet", fewer_columns)
        before.setattr(cchc_xl.master.dashboard, "BOARD_AT", "LUC_KHAC")
        before.setattr(cchc_xl.master.writer, "BOARD_AT", "LUC_KHAC")
        before.setattr(
            cchc_xl.master.writer, "plan_rows", lambda *given: without_later(rows_of(*given))
        )
        before.setattr(cchc_xl.master.writer, "RESULTS", without_later(RESULTS))
        master, _, _ = init(tmp_path / "cu" / "CCHC-2018", decision_files)
    return master


def without_later(sheets: dict) -> dict:
    return {name: of for name, of in sheets.items() if name not in LATER_SHEETS}


def test_an_older_master_goes_on_working(calc, older):
    with calc.open(older) as book:
        assert "Thư điện tử" not in book.doc.Sheets.ElementNames
        assert "Việc tiếp theo" not in book.table("TienDoNop")[0]
        desk = Desk(book, older.parent)
        desk.enter_addresses({name: address_of(name) for name in AGENCIES})
        bad = {"4.1.1": {"status": "Đang thực hiện", "percent": 150}}
        put_return(load(desk.root), FIRST, PERIOD, bad)
        assert desk.press("Bảng theo dõi") == []
        assert (desk.active_sheet, desk.row(FIRST)["Lỗi"]) == (BOARD, 1)
        desk.press("Tạo phiếu báo cáo")
        assert desk.press("Nhắc nộp", "yes")[-1].startswith("Đã lập 2 thư nháp.")
        assert desk.press("Gửi phản hồi", "yes")[-1].startswith("Đã lập 1 thư nháp.")
        (told,) = desk.press("Lấy từ hộp thư")
        assert told.startswith("Chưa có máy chủ nhận thư.")
        assert "1/36 cơ quan" in desk.press("Tổng hợp")[-1]
        (told,) = desk.press("Gửi kết quả", "yes")
        assert told.startswith("Chưa có địa chỉ nhận kết quả.")
        assert book.tracebacks == []
    assert not list((older.parent / "nhat-ky").glob("loi_*"))


@pytest.mark.slow
def test_all_buttons_work_in_an_older_master(calc, older):
    with calc.open(older) as book:
        desk = Desk(book, older.parent)
        desk.enter_addresses({name: address_of(name) for name in AGENCIES})
        assert desk.press("Gửi phiếu", "yes")[-1].startswith("Đã lập 3 thư nháp.")
        assert "Đã tạo 36 phiếu" in desk.press("Tạo phiếu báo cáo")[-1]
        put_return(load(desk.root), FIRST, PERIOD, {"4.1.1": {"status": "Gần xong"}})
        for button in book.buttons():
            if button != "Nạp quyết định":
                desk.press(button, "yes")
        faults = [a["prompt"] for a in book.alerts if a["mode"] == "critical"]
        assert [told.partition(".")[0] for told in faults] == [
            "Chưa có máy chủ nhận thư",
            "Chưa có địa chỉ nhận kết quả",
        ]
        assert book.tracebacks == []
    assert not list((older.parent / "nhat-ky").glob("loi_*"))
