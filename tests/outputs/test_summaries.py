"""The sheets of sums and lists: counted once more, from what agencies reported."""

from __future__ import annotations

import io
import re
from collections import Counter
from decimal import Decimal

import openpyxl
import pytest

from cchc_xl.ledger.assessments import MET, NO_FIGURE, NOT_MET, Assessment, achieved_in
from cchc_xl.ledger.ledger import combined_status
from cchc_xl.outputs.monitoring import write_outputs
from cchc_xl.text.targets import Target
from tests.support.forms import stored_values
from tests.support.year import AGENCIES, FIRST, LATE, PERIOD

STATUSES = (
    "Hoàn thành",
    "Đang thực hiện",
    "Chưa thực hiện",
    "Quá hạn",
    "Không thực hiện",
    "Chưa báo cáo",
)
MONEY_PLAN = "3598-2017"


@pytest.fixture(scope="module")
def path(two_periods, tmp_path_factory):
    ledger, earlier, findings = two_periods
    path = tmp_path_factory.mktemp("summaries") / "hai-ky.xlsx"
    path.write_bytes(write_outputs(ledger, earlier, findings).workbook)
    return path


@pytest.fixture(scope="module")
def sheets(path):
    return stored_values(path)


@pytest.fixture(scope="module")
def facts(two_periods):
    """What each agency said of each row, in this period."""
    return two_periods.ledger.facts


def table(rows) -> list[dict]:
    """The rows below the headings, each by its headings; the sums are the last."""
    headings = rows[3]
    found = []
    for row in rows[4:]:
        if not any(value not in (None, "") for value in row):
            break
        found.append(dict(zip(headings, row, strict=False)))
    return found


def million(dong):
    return None if dong is None else dong / 1_000_000


def total(values):
    known = [value for value in values if value is not None]
    return million(sum(known)) if known else None


def blank(value):
    return None if value == "" else value


# ---------------------------------------------------------------- Theo cơ quan


def test_every_agency_has_its_own_money_and_rows(sheets, facts):
    *body, whole = table(sheets["Theo cơ quan"])
    assert len(body) == 36 and whole["Cơ quan"] == "Tổng cộng"
    for row in body:
        name = row["Cơ quan"]
        spent = total(f.spent for f in facts if f.holder == name)
        assert blank(row["Đã chi"]) == pytest.approx(spent) if spent is not None else True
        counts = Counter(f.status for f in facts if f.agency == name)
        assert {s: row[s] for s in STATUSES} == {s: counts[s] for s in STATUSES}
        assert row["Phải báo cáo"] == sum(counts.values())
        if counts:
            share = counts["Hoàn thành"] / sum(counts.values()) * 100
            assert row["Việc xong (%)"] == pytest.approx(share)
        if row["Dự toán"] and spent is not None:
            assert row["Còn lại"] == pytest.approx(row["Dự toán"] - spent)
            assert row["Tỷ lệ chi (%)"] == pytest.approx(spent / row["Dự toán"] * 100)
    for status in STATUSES:
        assert whole[status] == sum(row[status] for row in body)
    assert whole["Đã chi"] == pytest.approx(total(f.spent for f in facts))


def test_dieu_1_agrees_with_the_activities(sheets):
    *body, whole = table(sheets["Theo cơ quan"])
    assert whole["Quyết định phân bổ"] == whole["Dự toán"] == 8000
    assert all(blank(row["Chênh lệch"]) in (None, 0) for row in (*body, whole))


def test_punctuality_is_told(sheets):
    *body, _ = table(sheets["Theo cơ quan"])
    said = {row["Cơ quan"]: (row["Nộp phiếu"], row["Trễ (ngày)"]) for row in body}
    assert {name for name, (state, _) in said.items() if state == "Đúng hạn"} == {
        name for name in AGENCIES if name != LATE
    }
    assert said[LATE] == ("Trễ", 3)  # due before 01/6, came on 03/6
    assert said["Sở Tài chính"] == ("Chưa nộp", None)


# --------------------------------------------------------------- Theo nhiệm vụ


def leaf_statuses(facts) -> dict[tuple[str, str], str]:
    by_row: dict[tuple[str, str], list[str]] = {}
    for fact in facts:
        by_row.setdefault((fact.plan, fact.code), []).append(fact.status)
    return {row: combined_status(found) for row, found in by_row.items()}


def test_every_task_has_its_money_and_rows(sheets, facts, two_periods):
    *body, whole = table(sheets["Theo nhiệm vụ"])
    plans = {plan.short_name: plan for plan in two_periods.ledger.programme.plans}
    assert len(body) == 7 + 8
    statuses = leaf_statuses(facts)
    for row in body:
        plan, code = plans[row["Kế hoạch"]], row["Mã"]
        under = [c for p, c in statuses if p == plan.id and (c + ".").startswith(code + ".")]
        counts = Counter(statuses[plan.id, c] for c in under)
        assert {s: row[s] for s in STATUSES} == {s: counts[s] for s in STATUSES}
        assert row["Số việc"] == len(under)
        spent = total(f.spent for f in facts if f.plan == plan.id and f.code in under)
        assert blank(row["Đã chi"]) == (None if spent is None else pytest.approx(spent))
    assert whole["Số việc"] == 113 and whole["Dự toán"] == 8000


# ------------------------------------------------------------- Quá hạn, theo CQ


def test_every_overdue_row_is_listed_with_its_days(sheets, facts, two_periods):
    body = table(sheets["Quá hạn"])
    late = [f for f in facts if f.status == "Quá hạn"]
    assert [(row["Mã"], row["Cơ quan"]) for row in body] == [(f.code, f.agency) for f in late]
    plans = two_periods.ledger.programme.plan_by_id
    for row, fact in zip(body, late, strict=True):
        deadline = plans[fact.plan].by_code[fact.code].end.last_day
        last = two_periods.ledger.period.overdue_before
        assert row["Quá hạn (ngày)"] == (last - deadline).days - 1 > 0
        assert blank(row["Khó khăn, vướng mắc"]) == (fact["difficulties"] or None)
    assert len(body) > 5


def test_the_grid_of_agencies_is_the_facts(sheets, facts):
    rows = sheets["Nghị quyết 07 theo CQ"]
    letters = dict(zip("✓ĐCQK–", STATUSES, strict=True))
    agencies = rows[3][3:]
    said = {
        (row[0], agency): letters[letter]
        for row in rows[4:]
        for agency, letter in zip(agencies, row[3:], strict=True)
        if letter
    }
    assert said == {(f.code, f.agency): f.status for f in facts if f.plan != MONEY_PLAN}
    for row in rows[4:]:
        own = [status for (code, _), status in said.items() if code == row[0]]
        assert row[2] == f"{own.count('Hoàn thành')}/{len(own)}"


# -------------------------------------------------------------------- Chỉ tiêu


def test_targets_say_what_agencies_reached(sheets):
    body = table(sheets["Chỉ tiêu"])
    verdicts = Counter(row["Đánh giá"] for row in body)
    assert verdicts[MET] > 3 and verdicts[NO_FIGURE] > 10
    for row in body:
        if row["Đạt được"] is None:
            assert row["Đánh giá"] == NO_FIGURE
            continue
        number = re.search(r"Đạt (\d+(?:\.\d+)?)", row["Căn cứ"])
        assert float(row["Đạt được"]) == float(number[1])
        assert row["Đánh giá"] == MET or ">" in row["Yêu cầu"] or "trên" in row["Yêu cầu"].lower()
    note = sheets["Chỉ tiêu"][1][0]
    assert note.startswith(f"{len(body)} chỉ tiêu: {verdicts[MET]} đạt, {verdicts[NOT_MET]} chưa")


PERCENT, UNITS = Target("=", Decimal(100), "%"), Target("=", Decimal(56), "đơn vị")


@pytest.mark.parametrize(
    ("text", "target", "achieved"),
    [
        ("đạt 95,5%", PERCENT, "95.5"),
        ("đạt 95.5 %", PERCENT, "95.5"),
        ("Đã đạt 100% kế hoạch", PERCENT, "100"),
        ("0% hồ sơ trễ hạn", PERCENT, "0"),
        ("từ 40% lên 60%", PERCENT, None),
        ("90% - 95%", PERCENT, None),
        ("đạt 56/56 đơn vị", UNITS, None),
        ("đã có 56 đơn vị", UNITS, "56"),
        ("Đã hỗ trợ 1.056 đơn vị cấp xã", UNITS, "1056"),
        ("30 đơn vị cấp huyện, 26 đơn vị cấp xã", UNITS, None),
        ("56 Đơn Vị", UNITS, "56"),
        ("56 đơn", UNITS, None),
        ("đạt 95,5%", UNITS, None),
        ("56 đơn vị", PERCENT, None),
        ("ba mươi đơn vị", UNITS, None),
        ("hoàn thành", PERCENT, None),
        ("", PERCENT, None),
    ],
)
def test_an_achieved_figure_is_read_only_where_it_is_one(text, target, achieved):
    assert achieved_in(text, target) == (None if achieved is None else Decimal(achieved))


@pytest.mark.parametrize(
    ("relation", "achieved", "verdict"),
    [
        ("=", "80", MET),
        ("=", "80.1", MET),
        ("=", "79.9", NOT_MET),
        (">", "80", NOT_MET),
        (">", "80.1", MET),
        (">=", "80", MET),
        ("<", "80", NOT_MET),
        ("<", "0", MET),
        ("<=", "80", MET),
        (">=", None, NO_FIGURE),
    ],
)
def test_a_target_is_met_or_not(relation, achieved, verdict):
    reached = None if achieved is None else Decimal(achieved)
    target = Target(relation, Decimal(80), "%")
    assert Assessment("p", "1", "", target, reached).verdict == verdict
    assert Assessment("p", "1", "", None, reached).verdict == NO_FIGURE


# --------------------------------------------------------------- Các kỳ, Thay đổi


def spent_of(ledger) -> dict[tuple[str, str], int]:
    found: dict[tuple[str, str], int] = {}
    for fact in ledger.facts:
        if fact.spent is not None:
            at = fact.plan, fact.code
            found[at] = found.get(at, 0) + fact.spent
    return found


def test_periods_stand_side_by_side(sheets, two_periods):
    then, now = two_periods.earlier[0], two_periods.ledger
    names = {plan.short_name: plan.id for plan in now.programme.plans}
    *body, whole = table(sheets["Các kỳ"])
    assert len(body) == 113
    before, after = spent_of(then), spent_of(now)
    added = 0
    for row in body:
        at = names[row["Kế hoạch"]], row["Mã"]
        for ledger, spent in ((then, before), (now, after)):
            assert row[f"Trạng thái {ledger.period.name}"] == ledger.items[at].status
            assert row[f"Chi lũy kế {ledger.period.name}"] == million(spent.get(at))
        more = None if at not in after else after[at] - before.get(at, 0)
        assert row[f"Chi trong kỳ {now.period.name}"] == (
            None if more is None else pytest.approx(million(more))
        )
        added += more or 0
    assert whole[f"Chi trong kỳ {now.period.name}"] == pytest.approx(million(added))
    assert whole[f"Chi lũy kế {then.period.name}"] == pytest.approx(million(sum(before.values())))


def test_changes_are_the_rows_that_differ(sheets, two_periods):
    then, now = two_periods.earlier[0], two_periods.ledger
    differ = [
        code
        for (plan, code), result in now.items.items()
        if now.programme.plan_by_id[plan].is_leaf(result.item)
        and (result.status, result.percent, result.spent)
        != (lambda r: (r.status, r.percent, r.spent))(then.items[plan, code])
    ]
    body = table(sheets["Thay đổi"])
    assert sorted(row["Mã"] for row in body) == sorted(differ)
    for row in body:
        if None not in (blank(row["Đã chi kỳ trước"]), blank(row["Đã chi kỳ này"])):
            change = row["Đã chi kỳ này"] - row["Đã chi kỳ trước"]
            assert row["Tăng, giảm"] == pytest.approx(change)
        else:
            assert blank(row["Tăng, giảm"]) is None


# ----------------------------------------------------------- Tóm tắt, Biểu đồ


def test_the_key_figures_are_those_of_both_periods(sheets, two_periods):
    rows = {row[0].strip(): row[1:4] for row in sheets["Tóm tắt"][4:] if row[0] and row[1] != ""}
    then, now = two_periods.earlier[0], two_periods.ledger
    spent = [million(sum(spent_of(one).values())) for one in (now, then)]
    assert rows["Dự toán"][:2] == [8000, 8000]
    assert rows["Đã chi lũy kế"] == [
        pytest.approx(spent[0]),
        pytest.approx(spent[1]),
        pytest.approx(spent[0] - spent[1]),
    ]
    assert rows["Tỷ lệ chi (%)"][0] == pytest.approx(spent[0] / 80)
    assert rows["Cơ quan phải báo cáo"][0] == 36
    assert rows["Cơ quan đã có phiếu dùng được"][:2] == [8, 8]
    assert rows["nộp trễ"][:2] == [1, 1]
    overdue = {fact.agency for fact in now.facts if fact.status == "Quá hạn"}
    assert rows["Cơ quan có việc quá hạn"][0] == len(overdue)


def test_charts_show_figures_that_stand_elsewhere(path, sheets):
    formulas = openpyxl.load_workbook(path)["Biểu đồ"]
    shown = 0
    for row in formulas.iter_rows():
        for cell in row:
            if cell.data_type == "f":
                sheet, at = re.fullmatch(r"='(.+)'!([A-Z]+\d+)", cell.value).groups()
                line, column = openpyxl.utils.cell.coordinate_to_tuple(at)
                here = sheets["Biểu đồ"][cell.row - 1][cell.column - 1]
                assert here == sheets[sheet][line - 1][column - 1]
                shown += 1
    assert shown > 100
    assert len(formulas._charts) == 4


# ------------------------------------------------------------------- calculated anew


@pytest.mark.long
def test_two_periods_calculated_anew_stay_as_they_are_and_follow_a_filter(
    path, sheets, libreoffice, tmp_path
):
    """LibreOffice's own sums are those stored; with rows filtered out, totals are of the rest."""
    book = openpyxl.load_workbook(path)
    hidden = [n for n, row in enumerate(sheets["Theo nhiệm vụ"], 1) if row[0] == "Nghị quyết 07"]
    filtered = openpyxl.load_workbook(io.BytesIO(path.read_bytes()))
    page = filtered["Theo nhiệm vụ"]
    end = next(n for n, row in enumerate(sheets["Theo nhiệm vụ"], 1) if row[2] == "Tổng cộng")
    area = page.tables["TheoNhiemVu"]
    area.autoFilter.filterColumn.append(
        openpyxl.worksheet.filters.FilterColumn(
            colId=0, filters=openpyxl.worksheet.filters.Filters(filter=["QĐ 3598"])
        )
    )
    for number in hidden:
        page.row_dimensions[number].hidden = True
    filtered.save(tmp_path / "loc.xlsx")
    anew = stored_values(libreoffice.convert(path, "xlsx", tmp_path / "a"))
    compared = 0
    for sheet in book.worksheets:
        for row in sheet.iter_rows():
            for cell in row:
                if cell.data_type != "f":
                    continue
                compared += 1
                stored = sheets[sheet.title][cell.row - 1][cell.column - 1]
                again = anew[sheet.title][cell.row - 1][cell.column - 1]
                if isinstance(stored, int | float):
                    assert again == pytest.approx(stored, abs=1e-9), (sheet.title, cell.coordinate)
                else:
                    assert (again or "") == (stored or ""), (sheet.title, cell.coordinate)
    assert compared > 800
    rest = stored_values(libreoffice.convert(tmp_path / "loc.xlsx", "xlsx", tmp_path / "b"))
    totals = dict(zip(sheets["Theo nhiệm vụ"][3], rest["Theo nhiệm vụ"][end - 1], strict=False))
    assert totals["Số việc"] == 74 and totals["Dự toán"] == 8000


def test_the_years_first_period_has_nothing_to_compare(two_periods):
    first = two_periods.earlier[0]
    book = openpyxl.load_workbook(io.BytesIO(write_outputs(first).workbook), data_only=True)
    assert "Thay đổi" not in book.sheetnames and "Các kỳ" in book.sheetnames
    assert [cell.value for cell in book["Tóm tắt"][4]][1:3] == [first.period.name, "Kỳ trước"]
    assert {FIRST, PERIOD} == {first.period.id, two_periods.ledger.period.id}
