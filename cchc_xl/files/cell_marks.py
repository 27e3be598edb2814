"""What a workbook file says of its cells besides their values: which hold an error, a formula
never calculated or one that reads another workbook, a percentage, text in a font of the time
before Unicode; which rows are hidden and which cells are merged.

Each format is read by its own means; a format that does not tell leaves a mark out.
"""

from __future__ import annotations

import io
import zipfile

from .marks import Marks
from .ods_marks import ods_marks
from .xls_marks import xls_marks
from .xlsb_marks import xlsb_marks
from .xlsx_marks import xlsx_marks


def marks_of(content: bytes) -> dict[str, Marks]:
    """Sheet -> marks, of a workbook in any format. Raises what its parser raises."""
    if content.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(content)) as package:
            names = set(package.namelist())
            if "content.xml" in names:
                return ods_marks(package)
            if "xl/workbook.bin" in names:
                return xlsb_marks(package)
            return xlsx_marks(package)
    return xls_marks(content) if content.startswith(b"\xd0\xcf\x11\xe0") else {}
