"""Returned forms: read as they were meant, or left out with a finding at the cell."""

from __future__ import annotations

import datetime
import shutil
from dataclasses import replace
from decimal import Decimal

import pytest

from cchc_xl.ledger.checks import Checker
from cchc_xl.master.opening import load
from cchc_xl.period.dispatch import make_forms
from cchc_xl.plan.fates import Fate
from cchc_xl.returns.reader import ReturnReader
from cchc_xl.returns.versions import settle_versions
from tests.support.forms import HEADINGS, Form, return_form

AGENCY = "Sở Tư pháp"
ARRIVED = datetime.datetime(2018, 5, 20, 9, tzinfo=datetime.UTC)
ENTRIES = {
    "1.1.3": {
        "status": "Hoàn thành",
        "percent": 100,
        "result": "Đã tập huấn 02 lớp",
        "proof": "12/BC-STP",
        "spent": 14.25,
        "difficulties": "Không",
        "proposals": "Sớm hơn",
    },
    "1.3.4": {"status": "Đang thực hiện", "percent": 45.5, "spent": 40},
    "1.4.5": {"status": "Chưa thực hiện", "percent": 0, "spent": 0},
    "III.1": {"status": "Đang thực hiện", "percent": 30, "result": "Đang rà soát"},
}


@pytest.fixture(scope="module")
def form(programme, period, tmp_path_factory):
    from cchc_xl.returns.form import write_form

    path = tmp_path_factory.mktemp("form") / "Phieu_STP.xlsx"
    path.write_bytes(write_form(programme, period, programme.registry.by_name[AGENCY]))
    return path


@pytest.fixture
def reader(programme, period):
    return ReturnReader(programme, period)


@pytest.fixture
def send_back(form, reader, tmp_path):
    """Fill the form, let `change` do what agencies do to forms, and read it."""

    def send(entries=ENTRIES, change=None, name="phieu.xlsx"):
        path = return_form(form, tmp_path / "nhan-ve", entries, name, change)
        return reader.read(path.read_bytes(), name, ARRIVED)

    return send


def rows(one):
    return {row.item.code: row for row in one.rows}


def codes(one):
    """Findings but for rows that were left empty, which every partly filled form has."""
    return [f.code for f in one.findings if f.code != "row-empty"]


def assert_entries_read(one, sheet="Phiếu báo cáo"):
    assert one.fate == Fate.ACCEPTED
    assert one.agency == AGENCY
    found = rows(one)
    assert set(found) == set(ENTRIES)
    first = found["1.1.3"]
    assert (first.status, first.percent, first.spent) == ("Hoàn thành", 100, 14_250_000)
    assert (first.result, first.proof) == ("Đã tập huấn 02 lớp", "12/BC-STP")
    assert (first["difficulties"], first["proposals"]) == ("Không", "Sớm hơn")
    assert (found["1.3.4"].percent, found["1.3.4"].spent) == (Decimal("45.5"), 40_000_000)
    assert (found["1.4.5"].percent, found["1.4.5"].spent) == (0, 0)
    assert (found["III.1"].status, found["III.1"].spent) == ("Đang thực hiện", None)
    assert codes(one) == []
    assert one.sheet == sheet


def test_a_filled_form_is_read_with_its_cells(send_back, form):
    one = send_back()
    assert_entries_read(one)
    issued = Form(form)
    for code, row in rows(one).items():
        assert row.cell("spent") == issued.cell(code, "spent").coordinate
        assert row.cell("status") == issued.cell(code, "status").coordinate


def test_rows_left_empty_are_said(send_back):
    empty = [f for f in send_back().findings if f.code == "row-empty"]
    assert len(empty) == 32 - len(ENTRIES)
    assert all(f.place.cell.startswith("A") and f.agency == AGENCY for f in empty)


@pytest.mark.parametrize("kind", ["xlsx", "xls", "ods"])
def test_saved_by_libreoffice_in_any_format(form, reader, libreoffice, tmp_path, kind):
    filled = return_form(form, tmp_path, ENTRIES, "phieu.xlsx")
    saved = libreoffice.convert(filled, kind, tmp_path / kind)
    assert_entries_read(reader.read(saved.read_bytes(), saved.name, ARRIVED))


def test_renamed_file_and_sheet(send_back):
    def rename(form):
        form.sheet.title = "Sheet1"

    assert_entries_read(send_back(change=rename, name="bao cao (1).xlsx"), sheet="Sheet1")


def test_moved_columns(send_back):
    def move(form):
        """Trạng thái and the spending change places, headings too."""
        page, (a, b) = form.sheet, (form.columns["status"], form.columns["spent"])
        for number in [form.heading_row, *form.rows.values()]:
            one, other = page.cell(number, a), page.cell(number, b)
            one.value, other.value = other.value, one.value

    one = send_back(change=move)
    assert_entries_read(one)
    assert rows(one)["1.1.3"].cell("spent").startswith("G")


def test_added_columns_and_rows(send_back):
    def add(form):
        for merged in list(form.sheet.merged_cells.ranges):
            form.sheet.unmerge_cells(str(merged))
        form.sheet.insert_rows(1, 3)
        form.sheet.insert_cols(1, 2)

    one = send_back(change=add)
    assert_entries_read(one)
    assert rows(one)["1.1.3"].cell("spent").startswith("M")


def test_a_column_of_the_agency_s_own_is_not_read_and_said(send_back):
    def add(form):
        form.sheet.cell(form.heading_row, 16).value = "Ghi chú nội bộ"
        form.sheet.cell(form.rows["1.1.3"], 16).value = "Đã trình ký"
        form.sheet.cell(form.heading_row, 17).value = "Cột để trống"
        form.sheet.cell(form.rows["1.3.4"], 18).value = 7

    one = send_back(change=add)
    assert one.fate == Fate.ACCEPTED and codes(one) == ["column-undeclared"] * 2
    named, unnamed = (f for f in one.findings if f.code == "column-undeclared")
    assert (named.place.cell, named.value) == ("P7", "Ghi chú nội bộ")
    assert (unnamed.place.cell, unnamed.value) == ("R7", "R")
    assert "không có trong mẫu phiếu; nội dung không được tính" in named.message


def test_of_many_own_columns_none_is_passed_over(send_back):
    def add(form):
        for at in range(24):
            form.sheet.cell(form.heading_row, 16 + at).value = f"Riêng {at + 1}"
            form.sheet.cell(form.rows["1.1.3"], 16 + at).value = at

    told = [f.value for f in send_back(change=add).findings if f.code == "column-undeclared"]
    assert told[:10] == [f"Riêng {at}" for at in range(1, 11)]
    rest = ", ".join(f"Riêng {at}" for at in range(11, 21))
    assert told[10:] == [f"{rest} và 4 cột khác"]


def test_sorted_rows(send_back):
    def reverse(form):
        page, numbers = form.sheet, sorted(form.rows.values())
        contents = [[page.cell(n, at).value for at in range(1, 15)] for n in numbers]
        for number, values in zip(numbers, reversed(contents), strict=True):
            for at, value in enumerate(values, 1):
                page.cell(number, at).value = value

    assert_entries_read(send_back(change=reverse))


def test_the_code_serves_where_the_hidden_column_is_gone(send_back):
    def drop_keys(form):
        form.sheet.delete_cols(14)

    assert_entries_read(send_back(change=drop_keys))


def test_the_hidden_key_serves_where_the_code_is_gone(send_back):
    def drop_codes(form):
        for number in form.rows.values():
            form.sheet.cell(number, 1).value = None

    assert_entries_read(send_back(change=drop_codes))


def test_codes_moved_against_their_keys_are_not_believed(send_back):
    def shift(form):
        one, other = form.cell("1.1.3", "code"), form.cell("1.3.4", "code")
        one.value, other.value = other.value, one.value

    one = send_back(change=shift)
    assert set(rows(one)) == {"1.4.5", "III.1"}
    assert codes(one) == ["code-changed", "code-changed"]


@pytest.mark.parametrize(
    ("column", "value", "code"),
    [
        ("status", "Gần xong", "status-unknown"),
        ("status", 3, "status-unknown"),
        ("percent", 150, "percent-out-of-range"),
        ("percent", -1, "percent-out-of-range"),
        ("percent", 0.5, "number-ambiguous"),
        ("percent", "0,5", "number-ambiguous"),
        ("percent", "một nửa", "not-a-number"),
        ("spent", "mười lăm", "not-a-number"),
        ("spent", "1.500", "number-ambiguous"),
        ("spent", "1,500", "number-ambiguous"),
        ("spent", -3, "spent-negative"),
        ("spent", True, "not-a-number"),
        ("spent", datetime.date(2018, 5, 1), "not-a-number"),
    ],
)
def test_a_value_that_cannot_be_counted_is_left_out_and_said(send_back, form, column, value, code):
    entries = {**ENTRIES, "1.3.4": {"status": "Đang thực hiện", "result": "x", column: value}}
    one = send_back(entries)
    assert codes(one) == [code]
    found = next(f for f in one.findings if f.code == code)
    assert found.place.cell == Form(form).cell("1.3.4", column).coordinate
    assert rows(one)["1.3.4"][column] is None
    assert "1.3.4" in found.message and found.agency == AGENCY


@pytest.mark.parametrize(
    ("column", "value", "read"),
    [
        ("spent", "1.478,4", 1_478_400_000),
        ("spent", "1,478.4", 1_478_400_000),
        ("spent", "12,5", 12_500_000),
        ("spent", 0.1 + 0.2, 300_000),
        ("percent", "45%", 45),
        ("percent", "45", 45),
        ("status", "  hoàn   THÀNH ", "Hoàn thành"),
    ],
)
def test_plain_writing_is_read(send_back, column, value, read):
    one = send_back({**ENTRIES, "1.3.4": {"status": "Đang thực hiện", column: value}})
    assert rows(one)["1.3.4"][column] == read
    assert set(codes(one)) <= {"value-read"}  # a note shows how a text was read


def test_an_error_value_is_left_out_and_said(send_back):
    one = send_back({**ENTRIES, "1.3.4": {"status": "Đang thực hiện", "spent": "#N/A"}})
    assert rows(one)["1.3.4"].spent is None
    [error] = [f for f in one.findings if f.code == "cell-error"]
    assert (error.value, error.place.cell) == ("#N/A", rows(one)["1.3.4"].cell("spent"))


def test_less_than_a_dong_is_rounded_and_said(send_back):
    one = send_back({**ENTRIES, "1.3.4": {"status": "Đang thực hiện", "spent": 1.2345678}})
    assert rows(one)["1.3.4"].spent == 1_234_568
    assert codes(one) == ["spent-rounded"]


def test_a_hundred_percent_typed_as_one_is_asked(send_back):
    one = send_back({"1.1.3": {"status": "Hoàn thành", "percent": 1}})
    assert codes(one) == ["number-ambiguous"]
    assert rows(one)["1.1.3"].percent is None


def test_an_unknown_code_is_not_counted(send_back):
    def add(form):
        last = max(form.rows.values())
        form.sheet.cell(last + 3, 1).value = "9.9.9"
        form.sheet.cell(last + 3, form.columns["spent"]).value = 77

    one = send_back(change=add)
    assert set(rows(one)) == set(ENTRIES)
    assert codes(one) == ["code-unknown"]


def test_figures_in_a_row_without_code_are_not_lost_in_silence(send_back):
    def add(form):
        last = max(form.rows.values())
        form.sheet.cell(last + 3, 2).value = "Việc phát sinh"
        form.sheet.cell(last + 3, form.columns["spent"]).value = 77

    assert codes(send_back(change=add)) == ["row-without-key"]


def test_a_row_filled_in_twice_is_asked(send_back):
    def double(form):
        last = max(form.rows.values())
        form.sheet.cell(last + 3, 1).value = "1.3.4"
        form.sheet.cell(last + 3, form.columns["spent"]).value = 77

    one = send_back(change=double)
    assert "1.3.4" not in rows(one)
    assert codes(one) == ["row-repeated"]


def test_somebody_elses_row_is_not_counted(send_back):
    def add(form):
        last = max(form.rows.values())
        form.sheet.cell(last + 3, 1).value = "6.2.1"
        form.sheet.cell(last + 3, form.columns["spent"]).value = 77

    one = send_back(change=add)
    assert set(rows(one)) == set(ENTRIES)
    assert codes(one) == ["row-not-theirs"]


def test_a_deleted_row_and_a_deleted_column_are_said(send_back):
    def delete(form):
        form.sheet.delete_cols(form.columns["proof"])
        number = form.rows["1.4.2"]
        for at in range(1, 15):
            form.sheet.cell(number, at).value = None

    one = send_back(change=delete)
    assert codes(one) == ["heading-missing", "row-missing"]
    assert HEADINGS["proof"] in one.findings[0].message


def test_a_blank_form_is_refused(send_back):
    one = send_back({})
    assert (one.fate, [f.code for f in one.findings]) == (Fate.REJECTED, ["return-blank"])


@pytest.mark.parametrize(
    ("fact", "value", "code"),
    [
        ("period", "2017-NAM", "wrong-period"),
        ("agency_name", "Sở Y tế", "agency-contradicted"),
        ("plans", "1-2016", "wrong-plan"),
        ("version", "0", "form-version-unknown"),
    ],
)
def test_a_form_that_is_not_the_one_we_want_is_refused(send_back, fact, value, code):
    def change(form):
        for cells in form.workbook["_cchc"].iter_rows():
            if cells[0].value == fact:
                cells[1].value = value

    one = send_back(change=change)
    assert (one.fate, [f.code for f in one.findings]) == (Fate.REJECTED, [code])
    assert one.rows == ()


def test_other_workbooks_and_damaged_files_are_refused(reader, form, workspace):
    master = (workspace / "CCHC-2018.xlsm").read_bytes()
    half = form.read_bytes()[:4000]
    cases = {
        "so.xlsx": (master, "file-not-a-form"),
        "nua.xlsx": (half, "file-unreadable"),
        "rong.xlsx": (b"", "file-unreadable"),
        "chu.xls": (b"<html>", "file-unreadable"),
        "anh.pdf": (b"%PDF", "file-not-a-workbook"),
        "van-ban.docx": (b"PK", "file-not-a-workbook"),
    }
    for name, (content, code) in cases.items():
        one = reader.read(content, name, ARRIVED)
        assert (one.fate, [f.code for f in one.findings]) == (Fate.REJECTED, [code]), name
        assert one.findings[0].place.file == name


def test_of_two_versions_the_later_counts(reader, form, tmp_path):
    early = return_form(form, tmp_path, {"1.1.3": {"status": "Đang thực hiện"}}, "moi.xlsx")
    late = return_form(form, tmp_path, {"1.1.3": {"status": "Hoàn thành"}}, "cu.xlsx")
    day = datetime.timedelta(days=1)
    returns = settle_versions(
        [
            reader.read(late.read_bytes(), "cu.xlsx", ARRIVED + day),
            reader.read(early.read_bytes(), "moi.xlsx", ARRIVED),
        ]
    )
    assert [one.fate for one in returns] == [Fate.ACCEPTED, Fate.SUPERSEDED]
    (note,) = returns[1].findings
    assert note.code == "return-superseded" and "cu.xlsx" in note.message


def test_files_left_by_programs_are_no_returns(workspace):
    from cchc_xl.workspace.folders import Workspace

    paths, _ = make_forms(load(workspace), "2018-6T")
    inbox = workspace / "2018-6T" / "nhan-ve"
    (inbox / "so").mkdir()
    for name in ("~$phieu.xlsx", ".~lock.phieu.xlsx#", "Thumbs.db"):
        (inbox / name).write_bytes(b"x")
    shutil.copy(paths[AGENCY], inbox / "so" / "phieu.xlsx")
    assert [name for name, _ in Workspace(workspace).returned_files("2018-6T")] == ["so/phieu.xlsx"]


def identity(**facts):
    def change(form):
        for cells in form.workbook["_cchc"].iter_rows():
            if cells[0].value in facts:
                cells[1].value = facts[cells[0].value]

    return change


def test_an_agency_nobody_knows_is_refused(send_back):
    one = send_back(change=identity(agency="KHONGCO", agency_name="Sở Bí ẩn"))
    assert [f.code for f in one.findings] == ["agency-unknown"]


def test_an_agency_whose_code_was_changed_is_known_by_its_name(send_back):
    assert_entries_read(send_back(change=identity(agency="MA-CU")))


def test_a_refused_form_still_belongs_to_its_agency(send_back):
    one = send_back(change=identity(period="2017-NAM"))
    assert (one.fate, one.agency) == (Fate.REJECTED, AGENCY)


def test_another_agencys_form_with_the_name_typed_over_is_refused(send_back):
    def retype(form):
        form.sheet["A3"].value = "Cơ quan báo cáo: Sở Y tế"

    one = send_back(change=retype)
    assert [f.code for f in one.findings] == ["agency-contradicted"]


def test_a_column_that_stands_twice_is_not_counted(send_back):
    def double(form):
        form.sheet.cell(form.heading_row, 15).value = HEADINGS["spent"]
        form.sheet.cell(form.rows["1.1.3"], 15).value = 99

    one = send_back(change=double)
    assert codes(one) == ["heading-repeated"]
    assert all(row.spent is None for row in one.rows)


def test_two_filled_form_sheets_are_refused_and_an_empty_copy_is_not(send_back):
    def copy_sheet(form, keep: bool):
        again = form.workbook.copy_worksheet(form.sheet)
        if not keep:
            for code in form.rows:
                for name in list(HEADINGS)[6:]:
                    again.cell(form.rows[code], form.columns[name]).value = None

    one = send_back(change=lambda form: copy_sheet(form, keep=True))
    assert [f.code for f in one.findings] == ["form-repeated"]
    assert [row.spent for row in send_back(change=lambda f: copy_sheet(f, keep=False)).rows]


def test_a_second_sheet_filled_with_nothing_but_zeros_is_filled(send_back):
    def copy_with_zero(form):
        again = form.workbook.copy_worksheet(form.sheet)
        for code in form.rows:
            for name in list(HEADINGS)[6:]:
                again.cell(form.rows[code], form.columns[name]).value = None
        again.cell(form.rows["1.3.4"], form.columns["spent"]).value = 0

    one = send_back(change=copy_with_zero)
    assert [f.code for f in one.findings] == ["form-repeated"]


def test_dong_typed_where_million_is_asked_is_not_counted(send_back, programme):
    entries = {
        "1.1.3": {"status": "Hoàn thành", "spent": 15_000_000},
        "1.1.1": {"status": "Hoàn thành", "spent": 42_110_001_234_567},
    }
    one = send_back(entries)
    assert codes(one) == ["spent-too-large"]
    held, found = Checker(programme, {}, {}).check(one)
    assert [row.spent for row in held.rows] == [None, None]
    (error,) = [f for f in found if f.code == "spent-implausible"]
    assert error.severity == "error" and "tức 15 triệu đồng" in error.message


def test_only_doubtful_rows_are_not_a_blank_form(send_back):
    def swap(form):
        one, other = form.cell("1.1.3", "code"), form.cell("1.3.4", "code")
        one.value, other.value = other.value, one.value

    one = send_back({code: ENTRIES[code] for code in ("1.1.3", "1.3.4")}, change=swap)
    assert "return-blank" not in codes(one)
    assert codes(one) == ["code-changed"] * 2


def test_work_that_only_begins_like_a_total_is_not_passed_over(send_back):
    def add(form):
        last = max(form.rows.values())
        form.sheet.cell(last + 3, 2).value = "Tổng cộng hội nghị"
        form.sheet.cell(last + 3, form.columns["spent"]).value = 7

    assert codes(send_back(change=add)) == ["row-without-key"]


def test_a_form_made_before_codes_changed_places_is_not_believed(programme, period, form):
    """1.1.3 and 1.3.4 have changed codes in the master since the form went out."""
    plan = programme.plan_by_id["3598-2017"]
    one, other = plan.by_code["1.1.3"], plan.by_code["1.3.4"]
    swapped = {"1.1.3": replace(other, code="1.1.3"), "1.3.4": replace(one, code="1.3.4")}
    items = tuple(swapped.get(item.code, item) for item in plan.items)
    changed = replace(programme, plans=(replace(plan, items=items), programme.plans[1]))
    filled = Form(form).fill(ENTRIES).save(form.with_name("swapped.xlsx"))
    read = ReturnReader(changed, period).read(filled.read_bytes(), "x.xlsx", ARRIVED)
    assert "1.1.3" not in rows(read)
    assert "row-of-other-work" in [f.code for f in read.findings]


def test_a_mended_title_is_the_same_work(programme, period, form):
    plan = programme.plan_by_id["3598-2017"]
    items = tuple(
        replace(item, title=item.title + " (đã đính chính)") if item.code == "1.1.3" else item
        for item in plan.items
    )
    changed = replace(programme, plans=(replace(plan, items=items), programme.plans[1]))
    filled = Form(form).fill(ENTRIES).save(form.with_name("mended.xlsx"))
    read = ReturnReader(changed, period).read(filled.read_bytes(), "x.xlsx", ARRIVED)
    assert rows(read)["1.1.3"].spent == 14_250_000


def test_headings_in_decomposed_unicode_are_found(send_back):
    import unicodedata

    def decompose(form):
        for at in range(1, 15):
            cell = form.sheet.cell(form.heading_row, at)
            cell.value = unicodedata.normalize("NFD", cell.value)

    assert_entries_read(send_back(change=decompose))
