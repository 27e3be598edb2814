"""The functions that officers write into cells, without a spreadsheet program.

Each takes single values or whole columns, and then gives a column back. A figure that is
missing is an empty text, never 0; an error is one short Vietnamese line in the cell.
Figures are those of the last consolidation (Tổng hợp) of a period; budgets those of the
plan as last saved or consolidated, whichever is later. Money is in triệu đồng.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable
from decimal import Decimal
from functools import lru_cache, wraps
from typing import NamedTuple

from ..files.spreadsheets import cell_text
from ..text.amounts_in_words import in_words
from ..text.dates import is_partly_read, last_day_named
from ..text.money import exact, million_number, percent_of
from ..text.numbers import format_number, parse_number
from ..text.quantities import quantity_readings
from ..text.spelling import fold
from .consolidated_figures import Figures, FunctionError, figures_at

_MOST_SOURCES = 3  # named in a cell; the sheet Nguồn số liệu has them all
_LARGEST_IN_WORDS = 10**18
_LARGEST_EXACT = 10**15  # of the numbers that a spreadsheet holds
_UNITS = {
    "dong": ("đồng", 1),
    "nghin dong": ("đồng", 10**3),
    "trieu dong": ("đồng", 10**6),
    "ty dong": ("đồng", 10**9),
}


# -------------------------------------------------------------- cells and columns


def _each(function: Callable[..., object], arguments: tuple[object, ...]) -> object:
    """Call a function for single values, or for each row of the columns among them."""

    def one(values: tuple) -> object:
        try:
            value = function(*values)
        except FunctionError as error:
            return str(error)
        if value is None:
            return ""
        return float(value) if isinstance(value, Decimal) else value

    blocks = [_rows(argument) for argument in arguments if isinstance(argument, list | tuple)]
    if not blocks:
        return one(arguments)
    height, width = max(map(len, blocks)), max(len(block[0]) for block in blocks)
    if any(len(b) not in (1, height) or len(b[0]) not in (1, width) for b in blocks):
        return "Các cột phải dài bằng nhau"
    cells = list(zip(*(_cells(argument, height, width) for argument in arguments), strict=True))
    known = {values: one(values) for values in set(cells)}  # columns repeat themselves
    return [
        [known[values] for values in cells[at : at + width]]
        for at in range(0, height * width, width)
    ]


def _rows(block: list | tuple) -> list:
    """A column or a row as rows of cells."""
    return [row if isinstance(row, list | tuple) else (row,) for row in block] or [("",)]


def _cells(argument: object, height: int, width: int) -> list:
    """The cells of an argument, row by row, repeated to fill so many rows and columns."""
    if not isinstance(argument, list | tuple):
        return [argument] * (height * width)
    rows = _rows(argument)
    cells = [cell for row in rows for cell in (row if len(row) == width else [row[0]] * width)]
    return cells if len(rows) == height else cells * height


class Function(NamedTuple):
    """A function of cells: its name, what it says and asks (in Vietnamese, at most 255
    characters each), and the call. `needs_figures`: its first argument is then the path of
    the master workbook, which the wrapper in the workbook adds."""

    name: str
    description: str
    arguments: tuple[tuple[str, str, bool], ...]  # name, description, optional
    needs_figures: bool
    call: Callable[..., object]


FUNCTIONS: dict[str, Function] = {}
_CODE = ("ma", "Mã của dòng kế hoạch, ví dụ 6.2.1; hoặc mã kế hoạch để lấy cả kế hoạch", False)
_PERIOD = ("ky", "Kỳ báo cáo, ví dụ 2018-6T; để trống: kỳ mới nhất đã tổng hợp", True)
_AGENCY = ("co_quan", "Tên cơ quan; để trống: tất cả", True)


def _function(description: str, *arguments: tuple[str, str, bool], of_figures: bool = False):
    """Register a function of single values as one of cells and columns."""

    def register(function: Callable[..., object]) -> Callable[..., object]:
        @wraps(function)
        def call(*values: object) -> object:
            if not of_figures:
                return _each(function, values)
            try:
                figures = figures_at(str(values[0]))
            except FunctionError as error:
                return str(error)
            return _each(lambda *rest: function(figures, *rest), values[1:])

        name = function.__name__.upper()
        FUNCTIONS[name] = Function(name, description, arguments, of_figures, call)
        return call

    return register


# ------------------------------------------------------------------ the functions


@_function(
    "Kinh phí dự toán (triệu đồng) của một dòng kế hoạch, theo sổ đã lưu hoặc lần Tổng hợp gần "
    "nhất. Chưa có dự toán thì để trống.",
    _CODE,
    ("co_quan", "Tên cơ quan sử dụng kinh phí; để trống: tất cả", True),
    of_figures=True,
)
def cchc_dutoan(figures: Figures, code: object, agency: object = "") -> object:
    if _is_blank(code):
        return None
    return million_number(figures.budgets[figures.row(code)].get(figures.agency(agency)))


@_function(
    "Kinh phí đã chi lũy kế (triệu đồng) theo lần Tổng hợp gần nhất của kỳ. Chưa có số liệu thì "
    "để trống.",
    _CODE,
    _PERIOD,
    _AGENCY,
    of_figures=True,
)
def cchc_dachi(figures: Figures, code: object, period: object = "", agency: object = "") -> object:
    if _is_blank(code):
        return None
    return million_number(figures.part(figures.period(period), code, agency).get("spent"))


@_function(
    "Tỷ lệ đã chi so với dự toán (%), theo lần Tổng hợp gần nhất của kỳ.",
    _CODE,
    _PERIOD,
    of_figures=True,
)
def cchc_tyle(figures: Figures, code: object, period: object = "") -> object:
    if _is_blank(code):
        return None
    of_period = figures.period(period)
    spent = figures.part(of_period, code, "").get("spent")
    budget = of_period["budgets"].get(figures.row(code), {}).get("")
    return percent_of(spent, budget)


@_function(
    "Trạng thái của một dòng kế hoạch (Hoàn thành, Đang thực hiện, Quá hạn…) theo lần Tổng hợp "
    "gần nhất của kỳ.",
    _CODE,
    _PERIOD,
    _AGENCY,
    of_figures=True,
)
def cchc_trangthai(
    figures: Figures, code: object, period: object = "", agency: object = ""
) -> object:
    if _is_blank(code):
        return None
    return figures.part(figures.period(period), code, agency).get("status")


@_function(
    "Số liệu lấy từ đâu: cơ quan, tệp, trang, ô và thời điểm nhận.",
    _CODE,
    _PERIOD,
    _AGENCY,
    of_figures=True,
)
def cchc_nguon(figures: Figures, code: object, period: object = "", agency: object = "") -> object:
    if _is_blank(code):
        return None
    of_period = figures.period(period)
    row = of_period["rows"].get(figures.row(code), {})
    name = figures.agency(agency, of_period)
    sources = [s for s in row.get("sources", ()) if not name or name in s[:2]]
    shown = [
        f"{by}: {file}, {sheet}, {cell}, nhận {when}"
        for by, _, file, sheet, cell, when in sources[:_MOST_SOURCES]
    ]
    if len(sources) > _MOST_SOURCES:
        shown.append(f"và {len(sources) - _MOST_SOURCES} nguồn khác (trang Nguồn số liệu)")
    return "; ".join(shown)


@_function(
    "Đổi thời hạn viết bằng chữ (Tháng 10/2017, Quý I/2018, trước ngày 31/12/2017…) thành ngày "
    "cuối cùng còn đúng hạn. Không nêu thời hạn (Thường xuyên…) thì để trống.",
    ("van_ban", "Thời hạn viết bằng chữ", False),
    ("nam", "Năm dùng khi văn bản không ghi năm", False),
)
def cchc_han(text: object, year: object) -> datetime.datetime | None:
    if isinstance(text, datetime.datetime):
        return text
    words, of_year = cell_text(text), parse_number(cell_text(year))
    if not words:
        return None
    if of_year is None or not 1900 <= of_year <= 9999:
        raise FunctionError("Năm phải là số, ví dụ 2018")
    day = last_day_named(words, int(of_year))
    if is_partly_read(words):
        raise FunctionError(f"Chưa đọc hết thời hạn “{words}”")
    return datetime.datetime.combine(day, datetime.time()) if day else None


@_function(
    "Đổi số viết bằng chữ số kiểu Việt Nam hoặc kiểu Anh, có hoặc không có đơn vị (1.478,4; "
    "8,5 tỷ; 15 triệu; 50%) thành số. Có thể hiểu hai cách thì báo, không tự chọn.",
    ("van_ban", "Ô có số viết dạng chữ", False),
)
def cchc_so(text: object) -> object:
    if isinstance(text, int | float):
        return text
    readings = quantity_readings(text if isinstance(text, str) else cell_text(text))
    if len(readings) == 1:
        return readings[0]
    words = cell_text(text)
    if readings:
        raise FunctionError(f"“{words}” có thể là {' hoặc '.join(map(format_number, readings))}")
    if words:
        raise FunctionError(f"“{words}” không phải là số")
    return None


@_function(
    "Đọc số tiền (hoặc số đếm) bằng chữ: 8000000000 thành Tám tỷ đồng.",
    ("so", "Số cần đọc", False),
    ("don_vi", "Đơn vị: đồng (mặc định), nghìn đồng, triệu đồng, tỷ đồng, hoặc chữ khác", True),
)
def cchc_bangchu(number: object, unit: object = "") -> str | None:
    name, size = _unit(unit)
    if isinstance(number, float) and number.is_integer() and abs(number) < _LARGEST_EXACT:
        whole = int(number) * size
    else:
        value = _amount(number)
        if value is None:
            return None
        whole = int(value * size)
        if whole != value * size:
            raise FunctionError(f"Chưa đọc được phần lẻ của {format_number(value * size)} {name}")
    if abs(whole) > _LARGEST_IN_WORDS:
        raise FunctionError("Số quá lớn")
    words = in_words(whole)
    return f"{words[0].upper()}{words[1:]} {name}"


def _amount(number: object) -> Decimal | None:
    """A number, or the one that a text stands for; None for an empty cell."""
    if isinstance(number, int | float):
        return exact(number)
    text = cell_text(number)
    readings = quantity_readings(text)
    if text and len(readings) != 1:
        raise FunctionError(f"“{text}” không phải là một số rõ ràng")
    return readings[0] if readings else None


@lru_cache(maxsize=64)
def _unit(unit: object) -> tuple[str, int]:
    """What the number counts, in words, and how many of it one is."""
    text = cell_text(unit)
    return _UNITS.get(fold(text) or "dong", (text, 1))


def _is_blank(value: object) -> bool:
    return value is None or value == "" or (isinstance(value, str) and not value.strip())
