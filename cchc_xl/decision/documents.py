"""A decision file as lines and table rows, whatever program it came from.

`.txt` and `.md` (the text of a scan, with tab or pipe tables), `.docx`, and
spreadsheets become the same list of `DocumentLine`, each with the place it stands at.
Nothing here knows what the lines mean.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from ..errors import UnreadableFileError
from ..files import spreadsheets as sheets
from ..files.spreadsheets import OpenedWorkbook, printed
from ..findings.finding import Place
from ..text.spelling import clean

TEXT_SUFFIXES = (".txt", ".md")


class DocumentLine(NamedTuple):
    """A paragraph (one cell) or a table row (several). A cell merged over others holds
    the text once, at its first place; the others are "". `carried` holds, for cells merged
    with one in a row above, the text that stands there."""

    place: Place
    cells: tuple[str, ...]
    carried: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        return " ".join(cell for cell in self.cells if cell)


def read_document(path: Path) -> list[DocumentLine]:
    """The lines of a decision file.

    Raises UnreadableFileError when the file is missing, damaged, or of a kind that
    cannot be read.
    """
    if not path.is_file():
        raise UnreadableFileError(f"Không thấy tệp {path}. Kiểm tra lại đường dẫn.")
    suffix = path.suffix.lower()
    if suffix in TEXT_SUFFIXES:
        return list(_text_lines(path))
    if suffix == ".docx":
        return list(_word_lines(path))
    if suffix in sheets.SUFFIXES:
        return list(_sheet_lines(path))
    raise UnreadableFileError(
        f"Không đọc được loại tệp “{suffix or path.name}”. Lưu quyết định thành .docx, .xlsx "
        "hoặc .txt rồi thử lại."
    )


# ------------------------------------------------------------------------ text

_STRUCK_OUT = re.compile(r"~~.*?~~")
_TAG = re.compile(r"</?(?:b|strong|i|em|u)\s*/?>", re.IGNORECASE)
_LINE_BREAK = re.compile(r"<br\s*/?>", re.IGNORECASE)
_EMPHASIS = re.compile(r"\*{1,3}|(?<!\w)_{1,2}(?=\S)|(?<=\S)_{1,2}(?!\w)")
_HEADING = re.compile(r"^#{1,6}\s+")
_PIPE_RULE = re.compile(r"^\|?[\s:|-]+\|?$")


def _text_lines(path: Path) -> Iterator[DocumentLine]:
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError:
        raise UnreadableFileError(
            f"{path.name} không phải văn bản Unicode (UTF-8). Mở tệp, lưu lại với mã UTF-8."
        ) from None
    for number, raw in enumerate(text.splitlines(), 1):
        place = Place(path.name, "", f"dòng {number}")
        if "\t" in raw:
            cells = raw.split("\t")
        elif raw.lstrip().startswith("|"):
            if _PIPE_RULE.match(raw.strip()):
                continue
            cells = re.sub(r"^\||\|$", "", raw.strip()).split("|")
        else:
            cells = [raw]
        plain = tuple(_without_markup(cell) for cell in cells)
        if any(plain):
            yield DocumentLine(place, plain)


def _without_markup(text: str) -> str:
    text = _LINE_BREAK.sub("\n", _STRUCK_OUT.sub("", text.strip()))
    return clean(_EMPHASIS.sub("", _TAG.sub("", _HEADING.sub("", text))))


# ------------------------------------------------------------------------ Word


def _word_lines(path: Path) -> Iterator[DocumentLine]:
    import docx
    from docx.table import Table

    try:
        blocks = list(docx.Document(str(path)).iter_inner_content())
    except Exception as error:  # python-docx lets zip, XML and key errors through
        raise UnreadableFileError(
            f"Không mở được {path.name} như một văn bản Word. Mở bằng Word, lưu lại rồi thử lại."
        ) from error
    tables = 0
    for number, block in enumerate(blocks, 1):
        if not isinstance(block, Table):
            for part in clean(block.text).split("\n"):
                if part:
                    yield DocumentLine(Place(path.name, "", f"đoạn {number}"), (part,))
            continue
        tables += 1
        seen: set = set()
        for row_number, row in enumerate(block.rows, 1):
            place = Place(path.name, f"bảng {tables}", f"dòng {row_number}")
            cells = [""] * row.grid_cols_before
            carried = list(cells)
            in_this_row: set = set()
            for cell in row.cells:  # a merged cell comes once for every place it covers
                text = clean(cell.text)
                from_above = cell._tc in seen
                cells.append("" if from_above or cell._tc in in_this_row else text)
                carried.append(text if from_above else "")
                in_this_row.add(cell._tc)
            seen |= in_this_row
            if any(cells):
                yield DocumentLine(place, tuple(cells), tuple(carried))


# ----------------------------------------------------------------- spreadsheets


def _sheet_lines(path: Path) -> Iterator[DocumentLine]:
    try:
        workbook = OpenedWorkbook(path.read_bytes())
        grids = [workbook.grid(name) for name in workbook.names]
    except (UnreadableFileError, OSError) as error:
        raise UnreadableFileError(
            f"Không mở được {path.name} như một bảng tính. Mở bằng Excel, lưu lại rồi thử lại."
        ) from error
    for grid in grids:
        texts = [[""] * grid.left + [printed(value) for value in row] for row in grid.rows]
        carried = [[""] * len(row) for row in texts]
        for (top, left), (bottom, _) in workbook.merged(grid.name):
            if top < grid.top or top >= grid.top + len(texts) or left >= len(texts[0]):
                continue
            for row in range(top + 1, min(bottom + 1, grid.top + len(texts))):
                carried[row - grid.top][left] = texts[top - grid.top][left]
        for number, cells in enumerate(texts):
            if any(cells):
                place = Place(path.name, grid.name, f"dòng {grid.top + number + 1}")
                yield DocumentLine(place, tuple(cells), tuple(carried[number]))
