"""What stands in a single cell: as typed, and what the agency means by it.

UNKNOWN is meant where nobody can tell. `lost=True`: a careful reader may leave it out, with a
finding; the rest must be read.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont

from tests.support.file_formats import FORMATS
from tests.support.filled import UNKNOWN
from tests.support.vietnamese_fonts import tcvn3, vni

_BOLD = TextBlock(InlineFont(b=True), "Đã tập huấn")
_DONE, _DOING, _NOT_YET = "Hoàn thành", "Đang thực hiện", "Chưa thực hiện"
_STORING = tuple(f for f in FORMATS if f != "xls")  # xlwt stores no result of a formula
_EXCEL_STORING = ("xlsx", "xlsm", "xlsb")  # LibreOffice calculates for itself


@dataclass(frozen=True)
class CellTrouble:
    field: str
    value: object
    means: Any
    lost: bool = False
    number_format: str = "General"
    font: str = ""
    stored: object = None
    with_status: str = ""
    only: tuple[str, ...] = FORMATS

    @property
    def name(self) -> str:
        value = str(self.value) if isinstance(self.value, CellRichText) else self.value
        shown = ascii(value) if self.font else repr(value)
        extra = (self.number_format, self.font, self.stored, self.with_status)
        notes = [str(note) for note in extra if note not in ("General", "", None)]
        return " ".join([self.field, shown, *notes]).replace("::", ":")


def _spent(value: object, means: Any = UNKNOWN, lost: bool = False, **more: Any) -> CellTrouble:
    return CellTrouble("spent", value, means, lost or means is UNKNOWN, **more)


def _percent(value: object, means: Any = UNKNOWN, lost: bool = False, **more: Any) -> CellTrouble:
    return CellTrouble("percent", value, means, lost or means is UNKNOWN, **more)


def _status(value: object, means: Any = UNKNOWN, lost: bool = False, **more: Any) -> CellTrouble:
    return CellTrouble("status", value, means, lost or means is UNKNOWN, **more)


_D = Decimal

MONEY = [
    # Numbers as text, in Vietnamese and English writing.
    _spent("1.478,4", _D("1478.4")),
    _spent("1,478.4", _D("1478.4")),
    _spent("1478,4", _D("1478.4")),
    _spent("1478.4", _D("1478.4")),
    _spent("1.478,40", _D("1478.4")),
    _spent("1 478,4", _D("1478.4")),
    _spent("1\u00a0478,4", _D("1478.4")),
    _spent("12,5", _D("12.5")),
    _spent("0", 0),
    _spent("15", 15),
    _spent(" 15 ", 15),
    _spent("\u00a015\u00a0", 15),
    _spent("15\n", 15),
    _spent("'15", 15),
    _spent("+15", 15, lost=True),
    _spent("1.500", 1500, lost=True),
    _spent("1,500", 1500, lost=True),
    _spent("14.250", _D("14.25"), lost=True),
    _spent("0.500", _D("0.5"), lost=True),
    _spent("1.478.4", UNKNOWN),
    _spent("O,5", UNKNOWN),
    _spent("1e3", UNKNOWN),
    # With a unit.
    _spent("15 triệu", 15),
    _spent("15 triệu đồng", 15),
    _spent("15tr", 15),
    _spent("15 Triệu.", 15),
    _spent("14,25 triệu", _D("14.25")),
    _spent("1.478,4 triệu đồng", _D("1478.4")),
    _spent("1,2 tỷ", 1200),
    _spent("1,2 tỉ đồng", 1200),
    _spent("1 tỷ 200 triệu", 1200),
    _spent("15 triệu 500 nghìn", _D("15.5"), lost=True),
    _spent("15.000 nghìn đồng", 15, lost=True),
    _spent("15.000.000 đ", 15),
    _spent("15.000.000đ", 15),
    _spent("15.000.000 đồng", 15),
    _spent("15 000 000 đồng", 15),
    _spent("15,000,000 VNĐ", 15),
    _spent("15000000 đồng", 15),
    _spent("0 đồng", 0),
    _spent("15\u00a0triệu", 15),
    _spent("15 tri\u00ea\u0323u \u0111\u00f4\u0300ng", 15),
    _spent("1.500 triệu", 1500, lost=True),
    _spent("15 USD", UNKNOWN),
    _spent("15 đồng", UNKNOWN),
    _spent("15%", UNKNOWN),
    # Another unit than the one asked for, unsaid.
    _spent("15.000.000", 15, lost=True),
    _spent(15_000_000, 15, lost=True),
    _spent(15_000, 15, lost=True),
    _spent("15.000.000,5", _D("15.0000005"), lost=True),
    _spent(15_000, 15, lost=True, number_format='#,##0 "nghìn đồng"'),
    _spent(15_000_000, 15, lost=True, number_format='#,##0 "đồng"'),
    _spent(15_000_000, 15, lost=True, number_format="#,##0.0,,"),
    # No number, or more than one.
    _spent("x", UNKNOWN),
    _spent("-", 0, lost=True),
    _spent("–", 0, lost=True),
    _spent("không", 0, lost=True),
    _spent("Chưa chi", 0, lost=True),
    _spent("mười lăm triệu", 15, lost=True),
    _spent("khoảng 15", UNKNOWN),
    _spent("15-20", UNKNOWN),
    _spent("15/20", UNKNOWN),
    _spent("10; 5", UNKNOWN),
    _spent("10 + 5", 15, lost=True),
    _spent("15 (đợt 1)", UNKNOWN),
    _spent("<15", UNKNOWN),
    _spent("15 triệu/năm", UNKNOWN),
    _spent("Đã chi 15 triệu", 15, lost=True),
    _spent("(15)", UNKNOWN),
    _spent("-15", UNKNOWN),
    _spent(-15, UNKNOWN),
    _spent(-15, UNKNOWN, number_format="#,##0;(#,##0)"),
    # LibreOffice saves a truth value under a number format as 1, but for Excel's formats.
    _spent(True, UNKNOWN, only=tuple(f for f in FORMATS if f != "ods")),
    _spent(datetime.datetime(2018, 3, 15), UNKNOWN, number_format="dd/mm/yyyy"),
    _spent(15, 15, lost=True, number_format="dd/mm/yyyy"),
    _spent("15/3/2018", UNKNOWN),
    # Errors and formulas.
    *(_spent(error, UNKNOWN) for error in ("#N/A", "#REF!", "#DIV/0!", "#VALUE!", "#NAME?")),
    _spent("=10+4.25", _D("14.25"), lost=True),
    _spent("=10+4.25", _D("14.25"), stored=14.25, only=_STORING),
    _spent('=""', None, stored="", only=_STORING),
    _spent("=1/0", UNKNOWN, stored="#DIV/0!", only=_STORING),
    _spent("=[1]Sheet1!$A$1", 15, stored=15, only=_EXCEL_STORING),
    _spent("=[1]Sheet1!$A$1", 15, lost=True, only=("xlsx", "xlsm")),
    _spent("=[1]Sheet1!$A$1", UNKNOWN, stored="#REF!", only=_EXCEL_STORING),
    _spent('="15 triệu"', 15, lost=True, stored="15 triệu", only=_STORING),
    _spent("@SUM(1;2)", UNKNOWN),
]

PERCENT = [
    _percent("50%", 50),
    _percent("50 %", 50),
    _percent("45,5", _D("45.5")),
    _percent("45.5", _D("45.5")),
    _percent("45,5%", _D("45.5")),
    _percent("\u00a050\u00a0", 50),
    _percent("'50", 50),
    _percent("50 phần trăm", 50, lost=True),
    _percent(0.5, 50, number_format="0%"),
    _percent(0.455, _D("45.5"), number_format="0.0%"),
    _percent(0.005, _D("0.5"), number_format="0.0%"),
    _percent(1, 100, number_format="0%", with_status=_DONE),
    _percent(1, 100, number_format="0.00%", with_status=_DOING),
    _percent(0, 0, number_format="0%"),
    _percent(0.5, 50, lost=True),
    _percent("0,5", 50, lost=True),
    _percent("0.5", 50, lost=True),
    _percent("0,5%", _D("0.5"), lost=True),
    _percent(1, 100, lost=True, with_status=_DONE),
    _percent("1", 100, lost=True, with_status=_DONE),
    _percent(50, 50, lost=True, number_format="0%"),
    _percent("1/2", UNKNOWN),
    _percent("5/10", UNKNOWN),
    _percent(datetime.datetime(2018, 2, 1), UNKNOWN, number_format="dd/mm/yyyy"),
    _percent("một nửa", UNKNOWN),
    _percent("trên 80%", UNKNOWN),
    _percent("80-90%", UNKNOWN),
    _percent("~50", UNKNOWN),
    _percent("Hoàn thành", UNKNOWN),
    _percent("100% kế hoạch", 100, lost=True),
    _percent(120, UNKNOWN),
    _percent(-5, UNKNOWN),
    _percent("x", UNKNOWN),
    _percent("-", UNKNOWN),
    _percent("#N/A", UNKNOWN),
    _percent("#DIV/0!", UNKNOWN),
    _percent("=1/2", 50, lost=True, stored=0.5, number_format="0%", only=_STORING),
    _percent("=45+0.5", _D("45.5"), stored=45.5, only=_STORING),
    _percent("=100*1", 100, lost=True),
]

STATUS = [
    _status("HOÀN THÀNH", _DONE),
    _status("  hoàn   thành.", _DONE),
    _status("Hoàn thành\u00a0", _DONE),
    _status("Hoàn\u200b thành", _DONE),
    _status("Hoa\u0300n tha\u0300nh", _DONE),
    _status("Hòan thành", _DONE, lost=True),
    _status("Hoan thanh", _DONE, lost=True),
    _status("đã xong", _DONE, lost=True),
    _status("Đã hoàn thành", _DONE, lost=True),
    _status("Hoàn thành 100%", _DONE, lost=True),
    _status("Hoàn thành trước hạn", _DONE, lost=True),
    _status("Đã thực hiện", _DONE, lost=True),
    _status("dang thuc hien", _DOING, lost=True),
    _status("Đang triển khai", _DOING, lost=True),
    _status("Hoàn thành 80%", _DOING, lost=True),
    _status("Cơ bản hoàn thành", _DOING, lost=True),
    _status("Sắp hoàn thành", _DOING, lost=True),
    _status("Chưa hoàn thành", _DOING, lost=True),
    _status("chưa hoàn thành xong", _DOING, lost=True),
    _status("Chưa thực hiện được", _NOT_YET, lost=True),
    _status("Chưa", UNKNOWN),
    _status("Không hoàn thành", UNKNOWN),
    _status("Không", UNKNOWN),
    _status("Hoàn thành / Đang thực hiện", UNKNOWN),
    _status("Hoàn thành?", UNKNOWN),
    _status("Không đang thực hiện", UNKNOWN),
    _status("x", UNKNOWN),
    _status(1, UNKNOWN),
    _status(100, UNKNOWN),
    _status("100%", UNKNOWN),
    _status("Quá hạn", UNKNOWN),
    _status("Chưa báo cáo", UNKNOWN),
    _status("Tạm dừng", UNKNOWN),
    _status("Đúng tiến độ", UNKNOWN),
    _status("#N/A", UNKNOWN),
    _status("#REF!", UNKNOWN),
    _status('="Hoàn thành"', _DONE, stored=_DONE, only=_STORING),
    _status('="Hoàn "&"thành"', _DONE, lost=True),
    _status(tcvn3(_DONE), _DONE, lost=True, font=".VnTime"),
    _status(tcvn3(_NOT_YET), _NOT_YET, lost=True, font=".VnTimeH"),
    _status(vni(_DOING), _DOING, lost=True, font="VNI-Times"),
    _status(tcvn3(_DONE), _DONE, lost=True, font="Times New Roman"),
    _status(datetime.datetime(2018, 5, 1), UNKNOWN, number_format="dd/mm/yyyy"),
]


def _text(field, value, means, lost=False, **more) -> CellTrouble:
    return CellTrouble(field, value, means, lost, **more)


TEXT = [
    _text("result", "=cmd|' /C calc'!A0", "=cmd|' /C calc'!A0"),
    _text("result", "+1 lớp tập huấn", "+1 lớp tập huấn"),
    _text("result", "@SUM(A1:A9)", "@SUM(A1:A9)"),
    _text("result", "- Đã ban hành\n- Đã tập huấn", "- Đã ban hành\n- Đã tập huấn"),
    _text("result", "\t  Đã họp  02\u00a0lần ", "Đã họp 02 lần"),
    _text("result", "<b>Đạt</b> & vượt", "<b>Đạt</b> & vượt"),
    _text("result", "Đa\u0303 ba\u0301o ca\u0301o", "Đã báo cáo"),
    _text("result", 2, "2"),
    _text("result", CellRichText(_BOLD, " 02 lớp"), "Đã tập huấn 02 lớp"),
    _text("result", "#NAME?", UNKNOWN, lost=True),  # "- Đã ban hành" typed as a formula
    _text("proof", 125, "125"),
    _text("proof", "12/3", "12/3"),
    _text("proof", "#REF!", UNKNOWN, lost=True),
    _text("proof", datetime.datetime(2018, 3, 12), "12/03/2018", number_format="dd/mm/yyyy"),
    _text("difficulties", "#VALUE!", UNKNOWN, lost=True),
    _text(
        "result",
        tcvn3("Đã tập huấn, đạt 80% chỉ tiêu"),
        "Đã tập huấn, đạt 80% chỉ tiêu",
        font=".VnTime",
    ),
    _text(
        "result",
        vni("Đã tập huấn, ước đạt chỉ tiêu"),
        "Đã tập huấn, ước đạt chỉ tiêu",
        font="VNI-Times",
    ),
    _text("result", "Đã tập huấn", "Đã tập huấn", font=".VnTime"),
    _text("result", "Café 50 µg ± 2 §", "Café 50 µg ± 2 §"),
]

CELL_TROUBLES = [*MONEY, *PERCENT, *STATUS, *TEXT]
