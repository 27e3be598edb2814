"""A figure depends on the returned cells that it names, and on no other."""

from __future__ import annotations

import datetime
import io
import re
from collections import Counter
from dataclasses import replace
from decimal import Decimal
from functools import cached_property

import openpyxl
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from cchc_xl.ledger.ledger import consolidate
from cchc_xl.ledger.lineage import Lineage
from cchc_xl.outputs.monitoring import write_outputs
from cchc_xl.plan.figures import CHANGE, FOUND, MONEY, OF_NO_CELL, FigureId
from cchc_xl.plan.statuses import REPORTED_STATUSES, Status
from cchc_xl.text.money import dong_from_million, exact
from cchc_xl.writing.figure_index import INDEX_SHEET
from tests.support.year import FIRST, PERIOD, cut_down

KEPT = {"3598-2017": ("1.1", "6.3", "7.1"), "2784-2017": ("I", "VII")}
# Where texts and tables of what was read stand, and what is written beside figures in words.
WORDS = {
    "Phụ lục 2": {"Kết quả đạt được, văn bản kiểm chứng", "Ghi chú", "Nguồn số liệu"},
    "Phụ lục 1": {"Nguồn số liệu"},
    "Nghị quyết 07": {"Cơ quan chưa hoàn thành", "Nguồn số liệu"},
    "Các kỳ": {"Nguồn số liệu"},
}
# Tables whose rows come and go with the figures, and pages that repeat figures.
FREE = {
    "Nguồn số liệu",
    "Phát hiện",
    "Tiến độ nộp",
    "Quá hạn",
    "Chỉ tiêu",
    "Thay đổi",
    "Biểu đồ",
    "Nghị quyết 07 theo CQ",
    INDEX_SHEET,
}


class Year:
    """Two periods put together and written, of a plan that is small enough to do it often."""

    def __init__(self, programme, periods, returns):
        self.programme, self.periods, self.returns = programme, periods, returns
        self.ledgers = []
        for period in periods:
            self.ledgers.append(consolidate(programme, period, returns[period], self.ledgers))
        self.lineage = Lineage(self.ledgers[-1], self.ledgers[:-1])

    @cached_property
    def outputs(self):
        return write_outputs(self.ledgers[-1], self.ledgers[:-1])

    @cached_property
    def sheets(self):
        """Sheet -> rows from A1 on, as a program without a calculator shows them."""
        book = CalamineWorkbook.from_filelike(io.BytesIO(self.outputs.workbook))
        return {
            name: book.get_sheet_by_name(name).to_python(skip_empty_area=False)
            for name in book.sheet_names
        }

    def value(self, sheet: str, cell: str):
        row, column = openpyxl.utils.cell.coordinate_to_tuple(cell)
        return self.sheets[sheet][row - 1][column - 1]

    @cached_property
    def figures(self):
        """figure -> sheet -> its values there."""
        found: dict[FigureId, dict[str, list]] = {}
        for figure, places in self.outputs.figures.items():
            for sheet, cell, _ in places:
                found.setdefault(figure, {}).setdefault(sheet, []).append(self.value(sheet, cell))
        return found

    def told(self, figure: FigureId) -> set:
        """What it is, wherever it stands: a row that joins a table changes no figure."""
        values = self.figures.get(figure, {}).values()
        return {value for found in values for value in found} or {""}

    @cached_property
    def figure_cells(self):
        return {
            (sheet, cell) for places in self.outputs.figures.values() for sheet, cell, _ in places
        }

    @cached_property
    def others(self):
        """(sheet, cell) -> value, of the cells that are no figures and stay in their place."""
        return {
            (name, cell): value
            for name, rows in self.sheets.items()
            if name not in FREE
            for at, row in enumerate(rows, 1)
            for column, value in enumerate(row, 1)
            if (cell := f"{openpyxl.utils.get_column_letter(column)}{at}")
            and (name, cell) not in self.figure_cells
        }

    def heading(self, sheet: str, cell: str) -> str:
        """The heading above a cell."""
        row, column = openpyxl.utils.cell.coordinate_to_tuple(cell)
        for above in reversed(self.sheets[sheet][: row - 1]):
            text = above[column - 1] if column <= len(above) else ""
            if isinstance(text, str) and text and not re.fullmatch(r"\(\d+\)", text):
                known = [word for word in WORDS.get(sheet, ()) if text.startswith(word)]
                if known:
                    return known[0]
        return ""

    def changed(self, period, agency, row, **values) -> Year:
        """The same year with one row of one return changed."""
        returns = dict(self.returns)
        returns[period] = [
            replace(
                one, rows=tuple(each.saying(**values) if each is row else each for each in one.rows)
            )
            if one.agency == agency
            else one
            for one in returns[period]
        ]
        return Year(self.programme, self.periods, returns)


SHARED, HELD = "6.3.8", "7.1.2"  # reported by three; its money is of another agency
THREE = ("Sở Nội vụ", "Sở Tư pháp", "UBND huyện Lắk")


@pytest.fixture(scope="module")
def small(two_periods) -> Year:
    programme = cut_down(two_periods.ledger.programme, KEPT)
    twists = {SHARED: {"reporters": THREE}, HELD: {"budget_holder": "Sở Tài chính"}}
    with_money, other = programme.plans
    items = tuple(replace(item, **twists.get(item.code, {})) for item in with_money.items)
    programme = replace(programme, plans=(replace(with_money, items=items), other))
    here = {(i.plan, i.code): i for plan in programme.plans for i in plan.items}

    def rows(one):
        kept = [row for row in one.rows if (row.item.plan, row.item.code) in here]
        kept = [row for row in kept if row.item.code != SHARED]
        if one.agency in THREE:
            last = one.rows[-1]
            spent = 200_000 * last.row if one.agency != THREE[0] else None
            item = here[with_money.id, SHARED]
            kept.append(replace(last.saying(spent=spent), item=item, row=last.row + 1))
        return tuple(kept)

    returns = {
        ledger.period: [replace(one, findings=(), rows=rows(one)) for one in ledger.returns]
        for ledger in (*two_periods.earlier, two_periods.ledger)
    }
    return Year(programme, list(returns), returns)


@st.composite
def changes(draw, year: Year):
    """(period, return, row, field, new value): something else that an agency might have said."""
    period = draw(st.sampled_from(year.periods))
    one = draw(st.sampled_from([one for one in year.returns[period] if one.rows]))
    field = draw(st.sampled_from(("spent", "spent", "percent", "status")))
    rows = [row for row in one.rows if row[field] is not None]
    row = draw(st.sampled_from(rows or list(one.rows)) | st.sampled_from(one.rows))
    if field == "spent":
        most = (row.item.budget or 400_000_000) * 2
        value = draw(st.one_of(st.none(), st.integers(0, most)))
    elif field == "percent":
        value = draw(st.one_of(st.none(), st.integers(0, 100).map(Decimal)))
    else:
        value = draw(st.sampled_from(REPORTED_STATUSES))
    return period, one, row, field, value


def _moved(before: Year, after: Year, figure: FigureId) -> bool:
    """Whether a figure is another. A table of what is to be seen may begin to show it."""
    sheets = before.figures.get(figure, {}).keys() | after.figures.get(figure, {}).keys()
    shown_by_both = figure in before.figures and figure in after.figures
    if not shown_by_both and sheets <= FREE:
        return False
    return before.told(figure) != after.told(figure)


@settings(
    max_examples=12,
    deadline=None,
    derandomize=True,
    phases=[Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(data=st.data())
@pytest.mark.long
def test_a_changed_cell_changes_the_figures_that_name_it_and_no_others(small, data):
    period, one, row, field, value = data.draw(changes(small))
    after = small.changed(period, one.agency, row, **{field: value})
    cell = one.file, one.sheet, row.cell(field)

    def depends(figure: FigureId) -> bool:
        return any(
            (origin.file, origin.sheet, origin.cell) == cell
            for year in (small, after)
            for origin in year.lineage.origins(figure)
        )

    every = small.figures.keys() | after.figures.keys()
    moved = {f for f in every if _moved(small, after, f)}
    # How many findings there are follows from rules, and is of no one cell.
    undeclared = [f for f in moved if not f.what.startswith(FOUND) and not depends(f)]
    assert undeclared == []

    for place in small.others.keys() | after.others.keys():
        if small.others.get(place, "") != after.others.get(place, ""):
            sheet, at = place
            told = small.heading(sheet, at) or at in ("A2", "A3")  # a note below the title
            repeats = sheet == "Tóm tắt" and at[0] in "CD"  # of the last period, the difference
            assert told or repeats, (place, small.others.get(place), after.others.get(place))

    if field == "spent" and value is not None and row.spent is not None and value != row.spent:
        resting = [f for f in every - moved if f.what in MONEY and depends(f)]
        assert not resting


@pytest.mark.parametrize(
    ("code", "agency", "holder"),
    [(HELD, "Sở Nội vụ", "Sở Tài chính"), (SHARED, "Sở Tư pháp", "Sở Khoa học và Công nghệ")],
)
def test_a_money_cell_is_behind_every_sum_above_it(small, code, agency, holder):
    """Told by hand: the money is the holder's, whoever reports it."""
    plan = "3598-2017"
    one = next(one for one in small.returns[small.periods[-1]] if one.agency == agency)
    row = next(row for row in one.rows if row.item.code == code)
    cell = one.file, row.cell("spent")

    def behind(*figure, **of) -> bool:
        origins = small.lineage.origins(FigureId(*figure, **of))
        return cell in {(origin.file, origin.cell) for origin in origins}

    top, output = code[0], code[:3]
    for where in (code, output, top, ""):
        for what in ("spent", "left", "share"):
            assert behind(what, plan, where) and behind(what, plan, where, period=PERIOD)
    for what in ("spent", "left", "share"):
        assert behind(what) and behind(what, agency=holder) and not behind(what, agency=agency)
    assert behind("added", period=PERIOD) and behind("change", plan, code)
    assert behind("reported spent", plan, code)
    assert not behind("budget") and not behind("status") and not behind("percent")
    assert not behind("spent", period=FIRST) and not behind("added", period=FIRST)
    assert not behind("spent", plan, "1")


def test_every_figure_knows_what_stands_in_its_cell(small):
    assert len(small.figures) > 800
    for figure, places in small.outputs.figures.items():
        for sheet, cell, value in places:
            stands = small.value(sheet, cell)
            if isinstance(value, int | float | Decimal):
                assert stands == pytest.approx(float(value), abs=1e-9), (figure, sheet, cell)
            elif not isinstance(value, datetime.date):
                assert stands == value, (figure, sheet, cell)


def test_a_figure_is_the_same_wherever_it_stands(small):
    """On every sheet, and under the name of this period or without."""
    told: dict[FigureId, set] = {}
    for figure, by_sheet in small.figures.items():
        one = figure._replace(period=figure.period or PERIOD)
        for values in by_sheet.values():
            told.setdefault(one, set()).update(
                round(v, 9) if isinstance(v, int | float) else v for v in values
            )
    assert not {figure: values for figure, values in told.items() if len(values) > 1}


def test_every_figure_made_of_returns_names_a_cell(small):
    """One without a cell is a count of nothing, or of the plan."""
    counts = ("agencies ", "rows ", "done", "collections", "change of ", "verdict")
    for figure, by_sheet in small.figures.items():
        if small.lineage.origins(figure) or figure.what.partition(":")[0] in OF_NO_CELL:
            continue
        values = {value for values in by_sheet.values() for value in values}
        nothing = values <= {0, "", Status.NOT_REPORTED, "–"} or figure.what.startswith(counts)
        nothing |= figure.what == Status.NOT_REPORTED  # how many of an agency's rows
        assert nothing, (figure, values)


def test_the_origins_hold_what_was_read_from_them(year, two_periods):
    """Opened with another program: the cells named are those that say it."""
    lineage = Lineage(two_periods.ledger, two_periods.earlier)
    outputs = write_outputs(two_periods.ledger, two_periods.earlier)
    origins = {
        (
            figure.period or PERIOD
            if figure.what not in ("added", "change", "collections")
            and not figure.what.startswith(CHANGE)
            else "",
            origin,
        )
        for figure in outputs.figures
        for origin in lineage.origins(figure)
    }
    opened = {}
    seen: Counter[str] = Counter()
    for period, origin in origins:
        if not period:
            continue
        path = year / period / "nhan-ve" / origin.file
        if path not in opened:
            opened[path] = openpyxl.load_workbook(path)
        stands = opened[path][origin.sheet][origin.cell].value
        if isinstance(origin.value, int):
            assert dong_from_million(exact(stands)) == origin.value
        elif isinstance(origin.value, Decimal):
            assert exact(stands) == origin.value
        else:
            assert stands == origin.value, origin
        seen["str" if isinstance(origin.value, str) else type(origin.value).__name__] += 1
    assert seen["int"] > 40 and seen["Decimal"] > 200 and seen["str"] > 300
