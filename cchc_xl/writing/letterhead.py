"""The words around an official table: letterhead, Quốc hiệu, title, "Nơi nhận", signature.

Their layout is that of Nghị định 30/2020/NĐ-CP, Phụ lục I; their texts are those of
`templates/van-ban.toml`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import accumulate

from ..plan.agencies import initials
from ..plan.model import Plan, Programme
from ..plan.periods import Period
from ..text.dates import format_long_date
from .book import Sheet
from .templates import house_style, official_text, official_texts
from .textfit import column_pixels, text_pixels

_LEFT_SHARE = 0.42  # of the page, for the agency; the Quốc hiệu has the rest
_AGENCY_LINE = 0.42  # of the agency's name: the decree asks for a third to a half
_SMALL_ROW, _SIGNATURE_ROWS = 6, 4


def facts_of(programme: Programme, period: Period, plan: Plan | None = None) -> dict[str, object]:
    """What the texts of van-ban.toml (and the report) can name."""
    return {
        "tinh": programme.province,
        "co_quan": programme.office,
        "viet_tat": initials(programme.office),
        "ky": period.name,
        "nam": period.year,
        "nam_ke_hoach": plan.year if plan else programme.year,
        "quyet_dinh": plan.decision if plan else "",
        "ngay_quyet_dinh": format_long_date(plan.date) if plan and plan.date else "",
        "ten_ke_hoach": plan.title if plan else "",
    }


def official_lines(facts: Mapping[str, object]) -> dict[str, object]:
    """The lines of letterhead and ending, for documents that lay them out themselves."""
    head = official_texts()["dau_trang"]
    return {
        **{name: official_line("dau_trang", name, facts) for name in head if name != "co_quan"},
        "co_quan_hoa": official_line("dau_trang", "co_quan", facts),
        "noi_nhan": official_line("cuoi_trang", "noi_nhan", facts),
        "danh_sach_noi_nhan": [one for one in _ending("danh_sach", facts) if one],
        "chuc_vu": _ending("chuc_vu", facts),
        "nguoi_ky": official_line("cuoi_trang", "nguoi_ky", facts),
    }


def official_line(section: str, key: str, facts: Mapping[str, object]) -> str:
    """A line of van-ban.toml as it is printed."""
    return official_text(section, key, facts).strip()


def _ending(key: str, facts: Mapping[str, object]) -> list[str]:
    return [line.strip() for line in official_text("cuoi_trang", key, facts)]


class Page:
    """A sheet laid out as an official document: so many columns of these widths."""

    def __init__(self, sheet: Sheet, widths: Sequence[float], facts: Mapping[str, object]):
        self.sheet = sheet
        self.facts = facts
        self.last = len(widths) - 1
        whole = sum(widths)
        before = [0, *accumulate(widths)]
        # The column that parts the two halves of the letterhead.
        self.half = min(
            range(1, len(widths)), key=lambda at: abs(before[at] - whole * _LEFT_SHARE), default=0
        )
        sheet.widths(widths)
        pixels = sum(column_pixels(width) for width in widths)
        self.scale = min(1.0, sheet.printed_pixels(landscape=True) / pixels)

    def _size(self, points: float) -> float:
        """The size at which a text is so large on paper: the page is scaled to its width."""
        return round(points / self.scale * 2) / 2

    def _text(self, section: str, key: str) -> str:
        return official_line(section, key, self.facts)

    def head(self, section: str) -> int:
        """Write letterhead and title; gives the next free row."""
        size = {name: self._size(points) for name, points in house_style()["official"].items()}
        motto_size = self._size(house_style()["official"]["letterhead"] + 1)
        office, motto = self._text("dau_trang", "co_quan"), self._text("dau_trang", "tieu_ngu")
        self._halves(
            0,
            self._text("dau_trang", "co_quan_cap_tren"),
            self._text("dau_trang", "quoc_hieu"),
            {"font_size": size["letterhead"]},
            {"font_size": size["letterhead"], "bold": True},
        )
        bold = {"bold": True, "font_size": size["letterhead"]}
        motto_style = {"bold": True, "font_size": motto_size}
        self._halves(1, office, motto, bold, motto_style)
        self.sheet.raw.set_row(2, _SMALL_ROW)
        office_width = text_pixels(office, size["letterhead"], bold=True) * _AGENCY_LINE
        self.sheet.rule(2, 0, self.half - 1, office_width)
        self.sheet.rule(2, self.half, self.last, text_pixels(motto, motto_size, bold=True))
        self._halves(
            3,
            self._text("dau_trang", "so"),
            self._text("dau_trang", "dia_danh_ngay"),
            {"font_size": size["letterhead"]},
            {"font_size": size["letterhead"], "italic": True},
        )
        row = 5
        for key, style in (
            ("ten", {"bold": True}),
            ("tieu_de", {"bold": True}),
            ("ky", {"bold": True}),
            ("kem_theo", {"italic": True}),
        ):
            for line in filter(None, self._text(section, key).split("\n")):
                self.sheet.merge(
                    (row, 0),
                    (row, self.last),
                    line,
                    align="center",
                    valign="vcenter",
                    text_wrap=True,
                    font_size=size["title"] - (0 if style.get("bold") else 1),
                    **style,
                )
                row += 1
        return row

    def _halves(self, row: int, left: str, right: str, left_style: dict, right_style: dict) -> None:
        centre = {"align": "center", "valign": "vcenter", "text_wrap": True}
        if self.half:
            self.sheet.merge((row, 0), (row, self.half - 1), left, **centre, **left_style)
        self.sheet.merge((row, self.half), (row, self.last), right, **centre, **right_style)

    def end(self, row: int) -> int:
        """Write "Nơi nhận" and the signature block; gives the next free row."""
        size = {name: self._size(points) for name, points in house_style()["official"].items()}
        left = [line for line in _ending("danh_sach", self.facts) if line]
        right = _ending("chuc_vu", self.facts)
        row += 1
        first = row
        half = max(self.half, 1)
        title = self._text("cuoi_trang", "noi_nhan")
        self.sheet.merge(
            (row, 0),
            (row, half - 1),
            title,
            bold=True,
            italic=True,
            font_size=size["recipients"] + 1,
        )
        for at, line in enumerate(left, row + 1):
            self.sheet.merge(
                (at, 0), (at, half - 1), line, font_size=size["recipients"], text_wrap=True
            )
        signer = self._text("cuoi_trang", "nguoi_ky")
        block = [*right, *[""] * _SIGNATURE_ROWS, signer]
        for at, line in enumerate(block, row):
            if half <= self.last:
                self.sheet.merge(
                    (at, half),
                    (at, self.last),
                    line,
                    bold=True,
                    align="center",
                    font_size=size["letterhead"],
                )
        return first + max(len(left) + 1, len(block))
