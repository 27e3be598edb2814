"""The functions that officers write into cells, called as the wrappers call them."""

from __future__ import annotations

import datetime
import random
import shutil
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cchc_xl.cli.steps import consolidate_period
from cchc_xl.master.functions import FUNCTIONS, figures_at
from cchc_xl.master.opening import load
from cchc_xl.period.dispatch import make_forms
from cchc_xl.text.amounts_in_words import in_words
from cchc_xl.text.numbers import format_number
from tests.support.forms import edit_workbook, return_form


def call(name: str, *arguments: object) -> object:
    return FUNCTIONS[name].call(*arguments)


@pytest.fixture(scope="module")
def demo(demo_done):
    return demo_done


@pytest.fixture(scope="module")
def master(demo) -> str:
    return f"{demo[0]}/CCHC-2018.xlsm"


# ----------------------------------------------------------- figures of the ledger


def million(dong: int | None) -> float | str:
    return "" if dong is None else dong / 1_000_000


def test_every_row_of_every_plan_says_what_the_ledger_says(demo, master):
    _, done = demo
    for plan in done.ledger.programme.plans:
        for item in plan.items:
            result = done.ledger.result(item)
            code = f"{plan.id}|{item.code}"
            assert call("CCHC_DUTOAN", master, code) == million(result.budget)
            assert call("CCHC_DACHI", master, code, "2018-6T") == million(result.spent)
            assert call("CCHC_TRANGTHAI", master, item.code) == result.status
            share = result.spent / result.budget * 100 if result.budget and result.spent else None
            if share:
                assert call("CCHC_TYLE", master, code) == pytest.approx(share)


def test_the_parts_of_agencies_add_up_to_the_whole(demo, master):
    _, done = demo
    plan = done.ledger.programme.plan_by_id["3598-2017"]
    agencies = [agency.name for agency in done.ledger.programme.registry.agencies]
    for name in ("CCHC_DUTOAN", "CCHC_DACHI"):
        where = () if name == "CCHC_DUTOAN" else ("2018-6T",)
        parts = [call(name, master, plan.id, *where, agency) for agency in agencies]
        whole = call(name, master, plan.id)
        assert sum(Decimal(str(part)) for part in parts if part != "") == Decimal(str(whole))
    for one in done.ledger.agencies:
        if one.plan == plan.id:
            budget = call("CCHC_DUTOAN", master, plan.id, one.agency)
            assert (budget or None) == (million(one.budget) or None), one.agency
            assert call("CCHC_DACHI", master, plan.id, "", one.agency) == million(one.spent)


def test_a_source_names_the_file_sheet_cell_and_time(demo, master):
    _, done = demo
    for fact in done.ledger.facts:
        if fact.file:
            told = call("CCHC_NGUON", master, f"{fact.plan}|{fact.code}", "", fact.agency)
            arrived = done.ledger.accepted[fact.agency].arrived
            for part in (fact.agency, fact.file, fact.sheet, fact.cell, f"{arrived:%d/%m/%Y}"):
                assert part in told
    crowded = max(done.ledger.items.values(), key=lambda result: len(result.sources))
    told = call("CCHC_NGUON", master, f"{crowded.item.plan}|{crowded.item.code}")
    rest = len(crowded.sources) - 3
    assert told.endswith(f"và {rest} nguồn khác (trang Nguồn số liệu)")


@pytest.mark.parametrize(
    ("name", "arguments", "message"),
    [
        ("CCHC_DUTOAN", ("9.9.9",), "Không có mã 9.9.9"),
        ("CCHC_DUTOAN", ("1", "Sở Không Có"), "Không có cơ quan “Sở Không Có”"),
        ("CCHC_DACHI", ("1", "2018-9T"), "Kỳ 2018-9T chưa tổng hợp"),
        ("CCHC_DACHI", ("1", "2018-6T", "Sở Không Có"), "Không có cơ quan “Sở Không Có”"),
    ],
)
def test_an_error_is_one_short_line(master, name, arguments, message):
    assert call(name, master, *arguments) == message


@pytest.mark.parametrize("blank", ["", None, "  "])
@pytest.mark.parametrize(
    "name", ["CCHC_DUTOAN", "CCHC_DACHI", "CCHC_TYLE", "CCHC_TRANGTHAI", "CCHC_NGUON"]
)
def test_what_is_missing_is_empty_and_never_nought(master, name, blank):
    assert call(name, master, blank) == ""


def test_an_activity_without_a_budget_has_none(master):
    assert call("CCHC_DUTOAN", master, "4.3.2") == ""
    assert call("CCHC_TYLE", master, "4.3.2") == ""


def test_an_agencys_alias_and_a_periods_name_do(master):
    assert call("CCHC_DUTOAN", master, "3598-2017", "sở tư pháp") == 150
    spent = call("CCHC_DACHI", master, "1", "6 THÁNG đầu năm 2018")
    assert spent == call("CCHC_DACHI", master, "1", "2018-6T") != ""


def test_before_any_consolidation_budgets_are_known_and_spending_is_not(workspace):
    master = f"{workspace}/CCHC-2018.xlsm"
    assert call("CCHC_DUTOAN", master, "3598-2017") == 8000
    assert call("CCHC_DACHI", master, "1") == "Chưa tổng hợp kỳ nào"


@pytest.mark.long
def test_a_saved_budget_and_a_new_consolidation_are_seen_at_once(half_a_demo, tmp_path):
    root = Path(shutil.copytree(half_a_demo, tmp_path / "CCHC-2018"))
    path = root / "CCHC-2018.xlsm"
    assert call("CCHC_DUTOAN", str(path), "6.2.1") == 1949
    money = "Kinh phí dự toán (triệu đồng)"
    edit_workbook(path, "Kế hoạch", {"Mã": "6.2.1"}, **{money: 2000})
    assert call("CCHC_DUTOAN", str(path), "6.2.1") == 2000
    before = call("CCHC_TYLE", str(path), "6.2.1")
    consolidate_period(load(root), "2018-6T")
    assert call("CCHC_TYLE", str(path), "6.2.1") == pytest.approx(before * 1949 / 2000)
    (file,) = (root / "nhat-ky").glob("so-lieu_*.json")
    file.unlink()
    assert call("CCHC_TYLE", str(path), "6.2.1") == "Chưa tổng hợp kỳ nào"


def test_the_latest_period_is_meant_unless_told(half_a_demo, tmp_path):
    """By the calendar, not by when it was consolidated."""
    root = Path(shutil.copytree(half_a_demo, tmp_path / "CCHC-2018"))
    master = str(root / "CCHC-2018.xlsm")
    six_months = call("CCHC_DACHI", master, "3598-2017")
    paths, _ = make_forms(load(root), "2018-Q1")
    form = paths["Sở Tư pháp"]
    return_form(form, root / "2018-Q1/nhan-ve", {"1.1.3": {"status": "Đang thực hiện", "spent": 2}})
    consolidate_period(load(root), "2018-Q1")
    assert call("CCHC_DACHI", master, "3598-2017") == six_months
    assert call("CCHC_DACHI", master, "3598-2017", "2018-Q1") == 2
    assert call("CCHC_DACHI", master, "3598-2017", "quý i 2018", "Sở Tư pháp") == 2
    assert call("CCHC_NGUON", master, "1.1.3", "2018-Q1").startswith(f"Sở Tư pháp: {form.name}")


def test_a_code_of_two_plans_must_say_which(workspace):
    master = workspace / "CCHC-2018.xlsm"
    for sheet in ("Kế hoạch", "Phân công"):
        edit_workbook(master, sheet, {"Mã": "VIII"}, Mã="1")
    told = call("CCHC_DUTOAN", str(master), "1")
    assert told == "Mã 1 có ở nhiều kế hoạch, hãy ghi 3598-2017|1"
    assert call("CCHC_DUTOAN", str(master), "3598-2017|1") == 150


def test_a_successors_money_is_what_its_forerunner_held(workspace):
    master = workspace / "CCHC-2018.xlsm"
    edit_workbook(
        master,
        "Cơ quan",
        {"Tên cơ quan": "Sở Tư pháp"},
        **{"Đơn vị kế thừa": "Sở Nội vụ", "Kế thừa từ ngày": datetime.date(2018, 3, 1)},
    )
    assert call("CCHC_DUTOAN", str(master), "3598-2017", "Sở Nội vụ") == 2200
    paths, _ = make_forms(load(workspace), "2018-6T")
    inbox = workspace / "2018-6T/nhan-ve"
    return_form(paths["Sở Nội vụ"], inbox, {"1.1.3": {"status": "Đang thực hiện", "spent": 3}})
    consolidate_period(load(workspace), "2018-6T")
    assert call("CCHC_DUTOAN", str(master), "3598-2017", "Sở Nội vụ") == 2200
    assert call("CCHC_DACHI", str(master), "1.1.3", "", "Sở Nội vụ") == 3
    assert call("CCHC_DACHI", str(master), "1.1.3", "", "Sở Tư pháp") == ""


def test_a_renamed_agency_is_found_by_both_names(half_a_demo, tmp_path):
    """Its figures were consolidated under the old name, which stays an alias."""
    root = Path(shutil.copytree(half_a_demo, tmp_path / "CCHC-2018"))
    master = root / "CCHC-2018.xlsm"
    spent = call("CCHC_DACHI", str(master), "1", "", "Sở Tư pháp")
    assert spent == 57.8
    name = {"Tên cơ quan": "Sở Tư pháp và Hộ tịch"}
    edit_workbook(master, "Cơ quan", {"Tên cơ quan": "Sở Tư pháp"}, **name)
    for each in ("Sở Tư pháp", "Sở Tư pháp và Hộ tịch"):
        assert call("CCHC_DACHI", str(master), "1", "", each) == spent
        assert call("CCHC_DUTOAN", str(master), "3598-2017", each) == 150
        assert "Sở Tư pháp: " in call("CCHC_NGUON", str(master), "1.1.3", "", each)
    consolidate_period(load(root), "2018-6T")
    for each in ("Sở Tư pháp", "Sở Tư pháp và Hộ tịch"):
        assert call("CCHC_DACHI", str(master), "1", "", each) == spent


def test_names_and_codes_are_taken_as_they_are_written(master):
    assert call("CCHC_DUTOAN", master, "6.2.1.") == call("CCHC_DUTOAN", master, " 6.2.1 ") == 1949
    assert call("CCHC_DUTOAN", master, 1.0) == 150
    group = "Các Sở, ban, ngành"
    assert call("CCHC_DUTOAN", master, "1", group) == f"Không có cơ quan “{group}”"


def test_what_cannot_be_read_is_said(tmp_path):
    assert "OneDrive" in call("CCHC_DUTOAN", "https://tinh.sharepoint.com/CCHC.xlsm", "1")
    assert call("CCHC_DUTOAN", str(tmp_path / "khong-co.xlsm"), "1").startswith("Chưa đọc được sổ")
    (tmp_path / "hong.xlsm").write_bytes(b"x")
    assert call("CCHC_DUTOAN", str(tmp_path / "hong.xlsm"), "1").startswith("Chưa đọc được sổ")


def test_a_damaged_figures_file_is_said(workspace):
    (workspace / "nhat-ky").mkdir()
    for content in (b"{", b"{}", b"[]", b'{"period": "x"}'):
        (workspace / "nhat-ky/so-lieu_2018-6T.json").write_bytes(content)
        told = call("CCHC_DACHI", f"{workspace}/CCHC-2018.xlsm", "1")
        assert told == "Tệp so-lieu_2018-6T.json hỏng: bấm Tổng hợp lại"


# --------------------------------------------------------------- cells and columns


def test_a_column_gives_a_column_and_a_row_a_row(master):
    codes = ["1", "9.9", None, "6.2.1"]
    values = [call("CCHC_DUTOAN", master, code) for code in codes]
    assert call("CCHC_DUTOAN", master, [[code] for code in codes]) == [[v] for v in values]
    assert call("CCHC_DUTOAN", master, [codes]) == [values]
    assert call("CCHC_DUTOAN", master, tuple((code,) for code in codes), "") == [
        [v] for v in values
    ]


def test_two_columns_go_side_by_side_and_must_be_equally_long():
    numbers, units = [[1], [2]], [["triệu đồng"], ["hồ sơ"]]
    assert call("CCHC_BANGCHU", numbers, units) == [["Một triệu đồng"], ["Hai hồ sơ"]]
    assert call("CCHC_BANGCHU", numbers, [["a"], ["b"], ["c"]]) == "Các cột phải dài bằng nhau"


@given(st.lists(st.lists(st.integers(0, 10**12), min_size=3, max_size=3), min_size=1, max_size=5))
def test_a_block_gives_each_cell_what_the_cell_alone_gives(block):
    numbers = [[float(number) for number in row] for row in block]
    assert call("CCHC_BANGCHU", numbers) == [[call("CCHC_BANGCHU", n) for n in r] for r in numbers]


# ------------------------------------------------------------------ texts to values


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("1.478,4", 1478.4),
        ("1,478.4", 1478.4),
        ("8,5 tỷ", 8.5e9),
        ("8,5 tỉ đồng", 8.5e9),
        ("15 triệu", 15e6),
        ("15tr", 15e6),
        ("15.000.000 đ", 15e6),
        ("2.050.000 đồng", 2.05e6),
        ("8 tỷ 500 triệu", 8.5e9),
        ("50%", 0.5),
        ("12,5 %", 0.125),
        ("-3", -3),
        ("0", 0),
        ("  7 ", 7),
        ("500 nghìn", 5e5),
        ("500 ngàn đồng", 5e5),
        (12.5, 12.5),
        ("8,5 ty\u0309", 8.5e9),
    ],
)
def test_so_reads_numbers_as_people_write_them(text, number):
    assert call("CCHC_SO", text) == number


@pytest.mark.parametrize(
    "text", ["mười", "12 tháng", "3 triệu 5 tỷ", "tr", "1.2.3", "5 triệu/năm", "1..5", "12/2018"]
)
def test_so_says_what_is_no_number(text):
    assert call("CCHC_SO", text) == f"“{text}” không phải là số"


def test_so_does_not_choose_between_two_readings():
    assert call("CCHC_SO", "1.500") == "“1.500” có thể là 1.500 hoặc 1,5"
    assert call("CCHC_SO", "1,500 triệu") == "“1,500 triệu” có thể là 1.500.000 hoặc 1.500.000.000"


@given(st.decimals(0, 10**12, places=2))
def test_so_reads_back_what_a_vietnamese_writes_or_says_that_it_is_unclear(number):
    written = format_number(number)
    value = call("CCHC_SO", written)
    assert value == float(number) or value.startswith(f"“{written}” có thể là {written} hoặc ")


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("Quý I/2018", (2018, 3, 31)),
        ("Tháng 10/2017", (2017, 10, 31)),
        ("Tháng 02", (2018, 2, 28)),
        ("Năm 2018", (2018, 12, 31)),
        ("trước ngày 31/12/2017", (2017, 12, 30)),
        ("trước ngày 01/6", (2018, 5, 31)),
        ("15/6/2018", (2018, 6, 15)),
        ("6 tháng đầu năm 2018", (2018, 6, 30)),
    ],
)
def test_han_gives_the_last_day_on_time(text, day):
    assert call("CCHC_HAN", text, 2018) == datetime.datetime(*day)


@pytest.mark.parametrize("text", ["Thường xuyên", "Hàng năm", "Theo yêu cầu", "", None])
def test_han_is_empty_where_no_time_is_named(text):
    assert call("CCHC_HAN", text, 2018) == ""


def test_han_says_what_it_cannot_read():
    text = "ngày 15 tháng 6 năm 2018"
    assert call("CCHC_HAN", text, 2018) == f"Chưa đọc hết thời hạn “{text}”"
    assert call("CCHC_HAN", "Quý I", "năm nay") == "Năm phải là số, ví dụ 2018"


@pytest.mark.parametrize(
    ("number", "unit", "words"),
    [
        (8e9, "", "Tám tỷ đồng"),
        (2050, "triệu đồng", "Hai tỷ không trăm năm mươi triệu đồng"),
        (1478.4, "triệu đồng", "Một tỷ bốn trăm bảy mươi tám triệu bốn trăm nghìn đồng"),
        (8, "tỷ đồng", "Tám tỷ đồng"),
        (21, "hồ sơ", "Hai mươi mốt hồ sơ"),
        (0, "", "Không đồng"),
        ("8,5 tỷ", "", "Tám tỷ năm trăm triệu đồng"),
        (-5, "", "Âm năm đồng"),
        (None, "", ""),
    ],
)
def test_bangchu_reads_amounts_out(number, unit, words):
    assert call("CCHC_BANGCHU", number, unit) == words


@pytest.mark.parametrize(
    ("number", "message"),
    [
        (2.5, "Chưa đọc được phần lẻ của 2,5 đồng"),
        ("1.500", "“1.500” không phải là một số rõ ràng"),
        (1e30, "Số quá lớn"),
        ("abc", "“abc” không phải là một số rõ ràng"),
    ],
)
def test_bangchu_says_what_it_cannot_read(number, message):
    assert call("CCHC_BANGCHU", number) == message


# ------------------------------------------------------------------------ the speed


@pytest.mark.benchmark
def test_columns_and_single_calls_are_quick(master):
    """10,000 values in one call, 1,000 single calls, against the bare rule behind them."""
    import timeit

    chance = random.Random(1)
    codes = chance.choices(sorted(figures_at(master).budgets), k=10_000)
    numbers = [float(chance.randrange(10**12)) for _ in range(10_000)]
    texts = [f"{chance.randrange(1, 999)}.{chance.randrange(100, 999)},5 triệu" for _ in codes]
    times = chance.choices(["Quý I/2018", "Tháng 10/2017", "Thường xuyên", "Năm 2018"], k=10_000)
    floor = min(timeit.repeat(lambda: [in_words(int(n)) for n in numbers], number=1, repeat=5))
    print(f"\nfloor: 10,000 times in_words {floor * 1000:.0f} ms")
    for name, values, rest in (
        ("CCHC_DUTOAN", codes, ()),
        ("CCHC_DACHI", codes, ()),
        ("CCHC_TYLE", codes, ()),
        ("CCHC_TRANGTHAI", codes, ()),
        ("CCHC_NGUON", codes, ()),
        ("CCHC_BANGCHU", numbers, ()),
        ("CCHC_SO", texts, ()),
        ("CCHC_HAN", times, (2018.0,)),
    ):
        first = (master,) if FUNCTIONS[name].needs_figures else ()
        column = [[value] for value in values]
        whole = min(timeit.repeat(lambda: call(name, *first, column, *rest), number=1, repeat=5))  # noqa: B023
        single = min(
            timeit.repeat(
                lambda: [call(name, *first, v, *rest) for v in values[:1000]],  # noqa: B023
                number=1,
                repeat=3,
            )
        )
        print(f"{name:15} column {whole * 1000:5.0f} ms, 1,000 cells {single * 1000:5.0f} ms")
        assert whole < floor * 6, name
        assert single < floor * 12, name
