"""The columns of the return form, each declared once: the form, its reader, the rules, the ledger,
the sheet Nguồn số liệu and what goes back to agencies all derive from `FIELDS`."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import Enum, auto
from typing import Any

from ..text.numbers import format_million, format_number
from .model import Item


class Kind(Enum):
    """What a field holds."""

    CODE = auto()
    TEXT = auto()
    TIME = auto()
    DOCUMENT = auto()  # number and sign of a document, which no program may take for a date
    STATUS = auto()
    PERCENT = auto()  # 0-100
    COUNT = auto()  # a whole number, 0 or more
    MONEY = auto()  # đồng; typed and shown in triệu đồng

    @property
    def is_text(self) -> bool:
        return self in (Kind.CODE, Kind.TEXT, Kind.TIME, Kind.DOCUMENT)

    @property
    def nothing(self) -> str | None:
        """What stands where nothing is said."""
        return "" if self.is_text else None


@dataclass(frozen=True)
class Field:
    """A column of the form. What is `given` comes from the row of the plan (its attribute of
    this name); the other columns are the agency's entries, and `hint` shows when an officer
    enters a cell of one. `unit` follows its numbers; `called` is what a value of it is called
    elsewhere, if not by `heading`.

    On the sheet Nguồn số liệu it stands under `source_heading` (else as it is called), in a
    column of `source_width`, and under `cell_heading`, if it has one, with its cell.
    """

    name: str
    heading: str
    kind: Kind
    width: float
    given: bool = False
    unit: str = ""
    hint: str = ""
    called: str = ""
    source_heading: str = ""
    source_width: float = 15
    cell_heading: str = ""

    @property
    def title(self) -> str:
        """The heading without its unit."""
        return self.heading.partition(" (")[0]

    @property
    def told(self) -> str:
        return self.called or self.heading

    def printed(self, value: Any) -> str:
        """A value as findings show it: money in triệu đồng, "" for nothing."""
        if value is None or value == "":
            return ""
        if self.kind == Kind.MONEY:
            return format_million(value)
        if isinstance(value, int | Decimal):
            return format_number(value) + (self.unit if self.unit in ("", "%") else f" {self.unit}")
        return str(value)


FIELDS = (
    Field("code", "Mã", Kind.CODE, 7.5, given=True),
    Field("title", "Nội dung công việc", Kind.TEXT, 30, given=True),
    Field("indicator", "Chỉ số đánh giá/mục tiêu", Kind.TEXT, 22, given=True),
    Field("evidence", "Tài liệu kiểm chứng", Kind.TEXT, 19, given=True),
    Field("time", "Thời gian", Kind.TIME, 11, given=True),
    Field("budget", "Kinh phí dự toán (triệu đồng)", Kind.MONEY, 10, given=True),
    Field(
        "status",
        "Trạng thái",
        Kind.STATUS,
        12,
        hint="Chọn một trạng thái trong danh sách.",
        cell_heading="Ô trạng thái",
    ),
    Field(
        "percent",
        "Tỷ lệ hoàn thành (%)",
        Kind.PERCENT,
        9,
        unit="%",
        hint="Số nguyên từ 0 đến 100. Ghi 50, không ghi 50% hoặc 0,5.",
        source_heading="Tỷ lệ (%)",
        source_width=9,
        cell_heading="Ô tỷ lệ",
    ),
    Field(
        "result",
        "Kết quả đạt được",
        Kind.TEXT,
        24,
        hint="Ghi ngắn gọn kết quả đến hết kỳ báo cáo.",
        source_width=36,
        cell_heading="Ô kết quả",
    ),
    Field(
        "proof",
        "Số, ký hiệu văn bản kiểm chứng",
        Kind.DOCUMENT,
        16,
        hint="Ví dụ: 125/QĐ-UBND ngày 12/3/2018. Bắt buộc khi đã hoàn thành.",
        called="Văn bản kiểm chứng",
        source_width=20,
    ),
    Field(
        "spent",
        "Kinh phí đã chi lũy kế (triệu đồng)",
        Kind.MONEY,
        11,
        unit="triệu đồng",
        hint="Số đã chi từ đầu năm đến hết kỳ, tính bằng triệu đồng. Chưa chi thì ghi 0.",
        source_heading="Đã chi (triệu đồng)",
        source_width=12,
        cell_heading="Ô đã chi",
    ),
    Field(
        "difficulties",
        "Khó khăn, vướng mắc",
        Kind.TEXT,
        18,
        hint="Để trống nếu không có.",
        source_width=24,
    ),
    Field(
        "proposals",
        "Đề xuất, kiến nghị",
        Kind.TEXT,
        18,
        hint="Để trống nếu không có.",
        source_width=24,
    ),
)
FIELD_BY_NAME = {field.name: field for field in FIELDS}
GIVEN = tuple(field for field in FIELDS if field.given)
ENTRIES = tuple(field for field in FIELDS if not field.given)
# As tables show what was reported: figures before texts.
REPORTED = tuple(sorted(ENTRIES, key=lambda field: field.kind.is_text))


def planned_texts(item: Item) -> dict[str, str]:
    """What a form says of a row in its given columns."""
    return {f.name: f.printed(getattr(item, f.name)) for f in GIVEN if f.kind != Kind.CODE}
