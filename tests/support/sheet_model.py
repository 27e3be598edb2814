"""A returned form as rows and columns of cells that know what a reader takes them to mean.

Mutations work on this model; what an .xlsx holds of it, and what a careful person would read
from it, both follow. Nothing here knows how the software reads.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any
from xml.sax.saxutils import escape, quoteattr

FORMATS = {
    "": "General",
    "%": "0%",
    "%.": "0.00%",
    "date": "dd/mm/yyyy",
    "text": "@",
    "money": "#,##0",
    "unit": '0.0###" triệu"',
    "thousands": "#,##0,",
    "sign": '0"%"',
    "month": "mmm-yy",
    "exponent": "0.00E+00",
}
FIGURES = ("status", "percent", "spent")
ENTRIES = (*FIGURES, "result", "proof", "difficulties", "proposals")


@dataclass(frozen=True)
class Cell:
    """`value` with how it is stored (`kind`: plain, error, formula, unstored), and what it
    says: `true` is the figure that was meant, `allowed` those a reader may take it for, `sure`
    that nobody could doubt it."""

    value: object = None
    kind: str = "plain"
    style: str = ""
    true: Any = None
    allowed: frozenset = frozenset()
    sure: bool = True
    silent: bool = False  # says nothing, though something stands there ("-")

    @property
    def says(self) -> bool:
        return not self.silent and (self.value not in (None, "") or self.kind != "plain")


BLANK = Cell()


def figure(value: object, stored: object = None, **more) -> Cell:
    """A cell that means one figure, stored as it is unless told."""
    if value is None:
        return BLANK
    stored = value if stored is None else stored
    return Cell(stored, true=value, allowed=frozenset({value}), **more)


@dataclass(eq=False)
class Column:
    """`name` is the field it holds, "" for an officer's own; `divisor` what its unit is of
    the form's; `doubt` that its heading is not the form's any more."""

    name: str = ""
    heading: object = None
    divisor: int = 1
    doubt: bool = False
    hidden: bool = False


@dataclass(eq=False)
class Row:
    """`code` is the item it was made for, `typed` another code that was put on it."""

    kind: str
    code: str = ""
    typed: str = ""
    cells: dict[Column, Cell] = field(default_factory=dict)
    doubt: bool = False
    hidden: bool = False

    def copy(self) -> Row:
        return replace(self, cells=dict(self.cells))


@dataclass
class Book:
    """A form and the sheets around it. `doubt`: whether a reader would put the file aside."""

    columns: list[Column]
    rows: list[Row]
    identity: list[list[object]]
    sheet: str = "Phiếu báo cáo"
    others: list[tuple[str, Book | list[list[object]]]] = field(default_factory=list)
    merges: list[tuple[Row, Column, Row, Column]] = field(default_factory=list)
    hidden: bool = False
    first: bool = True  # before the other sheets
    shared: bool = True  # strings in one table
    doubt: bool = False

    def column(self, name: str) -> Column | None:
        return next((column for column in self.columns if column.name == name), None)

    @property
    def heading(self) -> Row | None:
        return next((row for row in self.rows if row.kind == "heading"), None)

    @property
    def copied(self) -> bool:
        return any(isinstance(content, Book) for _, content in self.others)

    def items(self) -> list[Row]:
        return [row for row in self.rows if row.kind == "item"]

    def copy(self) -> Book:
        columns = {column: replace(column) for column in self.columns}
        rows = []
        for row in self.rows:
            cells = {columns[at]: cell for at, cell in row.cells.items() if at in columns}
            rows.append(replace(row, cells=cells))
        return replace(self, columns=list(columns.values()), rows=rows, others=[], merges=[])

    # ------------------------------------------------------------ what it says

    def claims(self, row: Row) -> set[str]:
        """The items a reader may take a row for, by its code and by its title."""
        if not row.typed or self.column("code") is None:
            return {row.code} - {""}
        return {row.typed} if self.column("title") is None else {row.code, row.typed}

    def address(self, row: Row, column: Column) -> str:
        return f"{letters(self.columns.index(column))}{self.rows.index(row) + 1}"

    def readings(self, code: str, name: str) -> Reading:
        """What a careful reader takes the figure of an item to be."""
        rows = [row for row in self.rows if code in self.claims(row)]
        columns = [column for column in self.columns if column.name == name]
        filled = [row for row in rows if self._is_filled(row)]
        found = [(r, c, r.cells.get(c, BLANK)) for r in filled for c in columns]
        found = [(r, c, cell) for r, c, cell in found if cell.says]
        # Of a row that may be another item's nothing can be taken, and a column under another
        # heading counts where none has the form's: beside clear ones both only raise doubts.
        clear = any(not c.doubt for _, c, _ in found)
        allowed = [
            _scaled(cell.allowed, c.divisor)
            for r, c, cell in found
            if len(self.claims(r)) == 1 and not (clear and c.doubt)
        ]
        sure = (
            not self.is_doubtful
            and len(filled) == 1
            and len(found) == 1
            and len(columns) == 1
            and not any(r.doubt or r.typed for r in filled)
            and not any(c.doubt or not cell.sure for _, c, cell in found)
        )
        places = {self.address(r, c) for r, c, _ in found}
        lines = {self.rows.index(row) + 1 for row in rows}
        common = frozenset.intersection(*allowed) if allowed else frozenset()
        return Reading(common, sure, bool(found), places, lines, {str(c.heading) for c in columns})

    @property
    def is_doubtful(self) -> bool:
        """Whether it may be refused as a whole: no heading, nothing that tells rows apart."""
        kept = [c for c in self.columns if c.name and not c.doubt]
        known = {c.name for c in kept}
        marks = [n for n in ("code", "key") if [c.name for c in kept].count(n) == 1]
        return self.doubt or self.heading is None or not marks or len(known) < 6

    def _is_filled(self, row: Row) -> bool:
        return any(c.name in ENTRIES and row.cells.get(c, BLANK).says for c in self.columns)

    # ----------------------------------------------------------- as a workbook

    def grid(self) -> Iterator[tuple[int, bool, list[tuple[int, Cell]]]]:
        for number, row in enumerate(self.rows, 1):
            cells = [(at, row.cells.get(c, BLANK)) for at, c in enumerate(self.columns)]
            if row.kind == "heading":
                cells = [(at, Cell(c.heading)) for at, c in enumerate(self.columns)]
            yield number, row.hidden, [(at, cell) for at, cell in cells if cell != BLANK]

    def to_bytes(self) -> bytes:
        """An .xlsx, written plainly so that thousands cost little."""
        own = (self.sheet, self)
        sheets = [own, *self.others] if self.first else [*self.others, own]
        sheets.append(("_cchc", self.identity))
        writer = _Writer(self.shared)
        pages = [writer.page(content) for _, content in sheets]
        hide = ' state="hidden"'
        names = "".join(
            f'<sheet name={quoteattr(name)} sheetId="{n}" r:id="r{n}"'
            f"{hide if content is self.identity or (content is self and self.hidden) else ''}/>"
            for n, (name, content) in enumerate(sheets, 1)
        )
        links = "".join(
            f'<Relationship Id="r{n}" Type="{_RELATION}/worksheet" Target="worksheets/{n}.xml"/>'
            for n in range(1, len(sheets) + 1)
        )
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w") as package:
            put = package.writestr
            put("[Content_Types].xml", _types(len(sheets)))
            office = f'Type="{_RELATION}/officeDocument" Target="xl/workbook.xml"'
            put("_rels/.rels", _relations(f'<Relationship Id="r1" {office}/>'))
            put(
                "xl/workbook.xml",
                f'<workbook xmlns="{_MAIN}" xmlns:r="{_RELATION}">'
                f"<sheets>{names}</sheets></workbook>",
            )
            put(
                "xl/_rels/workbook.xml.rels",
                _relations(
                    f'{links}<Relationship Id="s" Type="{_RELATION}/styles" Target="styles.xml"/>'
                    f'<Relationship Id="t" Type="{_RELATION}/sharedStrings" '
                    'Target="sharedStrings.xml"/>'
                ),
            )
            put("xl/styles.xml", _styles())
            for n, page in enumerate(pages, 1):
                put(f"xl/worksheets/{n}.xml", page)
            strings = "".join(f"<si>{_text(text)}</si>" for text in writer.strings)
            put("xl/sharedStrings.xml", f'<sst xmlns="{_MAIN}">{strings}</sst>')
        return buffer.getvalue()


@dataclass(frozen=True)
class Reading:
    """What may be counted of a figure (`allowed`), whether it must be (`sure`), whether
    anything stands there (`says`), and by which places and headings a finding can name it."""

    allowed: frozenset
    sure: bool
    says: bool
    places: set[str]
    lines: set[int]
    headings: set[str]


def _scaled(values: frozenset, divisor: int) -> frozenset:
    if divisor == 1:
        return values
    return frozenset(v / divisor for v in values if isinstance(v, Decimal))


def letters(column: int) -> str:
    text = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        text = chr(65 + rest) + text
    return text


# -------------------------------------------------------------------- as XML

_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_RELATION = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_STYLE = {name: at for at, name in enumerate(FORMATS)}


def _text(text: str) -> str:
    return f'<t xml:space="preserve">{escape(text)}</t>'


class _Writer:
    def __init__(self, shared: bool):
        self.shared = shared
        self.strings: dict[str, int] = {}

    def page(self, content: Book | list[list[object]]) -> str:
        if isinstance(content, Book):
            lines, merges = (
                content.grid(),
                [
                    f'<mergeCell ref="{content.address(a, b)}:{content.address(c, d)}"/>'
                    for a, b, c, d in content.merges
                    if a in content.rows
                    and c in content.rows
                    and b in content.columns
                    and d in content.columns
                ],
            )
        else:
            lines = (
                (n, False, [(at, Cell(v)) for at, v in enumerate(row) if v is not None])
                for n, row in enumerate(content, 1)
            )
            merges = []
        rows = []
        for number, hidden, cells in lines:
            inner = "".join(self.cell(f"{letters(at)}{number}", cell) for at, cell in cells)
            hide = ' hidden="1"' if hidden else ""
            rows.append(f'<row r="{number}"{hide}>{inner}</row>')
        merged = f"<mergeCells>{''.join(merges)}</mergeCells>" if merges else ""
        data = f"<sheetData>{''.join(rows)}</sheetData>"
        return f'<worksheet xmlns="{_MAIN}">{data}{merged}</worksheet>'

    def cell(self, reference: str, cell: Cell) -> str:
        head = f'<c r="{reference}" s="{_STYLE[cell.style]}"'
        value = cell.value
        if cell.kind == "error":
            return f'{head} t="e"><v>{value}</v></c>'
        if cell.kind == "unstored":
            return f"{head}><f>{escape(str(value))}</f></c>"
        formula = "<f>A1+0</f>" if cell.kind == "formula" else ""
        if isinstance(value, bool):
            return f'{head} t="b">{formula}<v>{int(value)}</v></c>'
        if isinstance(value, int | float | Decimal):
            return f"{head}>{formula}<v>{float(value)!r}</v></c>"
        if formula:
            return f'{head} t="str">{formula}<v>{escape(str(value))}</v></c>'
        if value is None:
            return f"{head}/>"
        if self.shared:
            at = self.strings.setdefault(str(value), len(self.strings))
            return f'{head} t="s"><v>{at}</v></c>'
        return f'{head} t="inlineStr"><is>{_text(str(value))}</is></c>'


def _relations(inner: str) -> str:
    return f'<Relationships xmlns="{_PACKAGE}/relationships">{inner}</Relationships>'


def _types(sheets: int) -> str:
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    parts = {
        "workbook.xml": "sheet.main",
        "styles.xml": "styles",
        "sharedStrings.xml": "sharedStrings",
    }
    parts |= {f"worksheets/{n}.xml": "worksheet" for n in range(1, sheets + 1)}
    inner = "".join(
        f'<Override PartName="/xl/{name}" ContentType="{kind}.{what}+xml"/>'
        for name, what in parts.items()
    )
    default = "application/vnd.openxmlformats-package.relationships+xml"
    return (
        f'<Types xmlns="{_PACKAGE}/content-types"><Default Extension="rels" '
        f'ContentType="{default}"/><Default Extension="xml" ContentType="application/xml"/>'
        f"{inner}</Types>"
    )


def _styles() -> str:
    formats = "".join(
        f'<numFmt numFmtId="{200 + at}" formatCode={quoteattr(code)}/>'
        for at, code in enumerate(FORMATS.values())
    )
    cells = "".join(
        f'<xf numFmtId="{200 + at if at else 0}" fontId="0" fillId="0" borderId="0"/>'
        for at in range(len(FORMATS))
    )
    return (
        f'<styleSheet xmlns="{_MAIN}"><numFmts count="{len(FORMATS)}">{formats}</numFmts>'
        '<fonts count="1"><font/></fonts><fills count="1"><fill><patternFill/></fill></fills>'
        '<borders count="1"><border/></borders><cellStyleXfs count="1"><xf/></cellStyleXfs>'
        f'<cellXfs count="{len(FORMATS)}">{cells}</cellXfs></styleSheet>'
    )
