"""The registry of agencies from a file: .csv, or a workbook with the master's sheets."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from pathlib import Path

from .. import HOME
from ..errors import MasterWorkbookError, UnreadableFileError
from ..files.spreadsheets import OpenedWorkbook
from ..plan.agencies import Registry
from ..workspace.disk import read_file
from .layout import AGENCIES, GROUPS, TABLES
from .records import Record, read_registry, read_table

_DATA = HOME / "data"


def load_registry(agencies_file: Path | None = None) -> Registry:
    """The agencies of a file (.csv or a workbook with the sheets Cơ quan and Nhóm cơ quan),
    or Đắk Lắk's of 2018. Groups that the file does not bring are the usual ones."""
    groups = list(_csv_records(_DATA / "groups.csv"))
    if agencies_file is None:
        return read_registry(_csv_records(_DATA / "agencies.csv"), groups)
    if agencies_file.suffix.lower() == ".csv":
        records = list(_csv_records(agencies_file))
    else:
        name = agencies_file.name
        try:
            workbook = OpenedWorkbook(read_file(agencies_file))
            records = list(read_table(workbook, name, AGENCIES, ["Tên cơ quan"]))
            if GROUPS in workbook.names:
                groups = list(read_table(workbook, name, GROUPS, ["Tên nhóm"]))
        except (MasterWorkbookError, UnreadableFileError):
            records = []
    registry = read_registry(records, groups)
    if not registry.agencies:
        wanted = ", ".join(TABLES[AGENCIES].headings[:4])
        raise UnreadableFileError(
            f"{agencies_file.name} không phải danh sách cơ quan. Cần trang “{AGENCIES}” (hoặc "
            f"tệp .csv) có các cột {wanted}."
        )
    return registry


def _csv_records(path: Path) -> Iterable[Record]:
    try:
        text = read_file(path).decode("utf-8-sig")
        # Excel with Vietnamese settings parts the columns of a CSV with semicolons.
        heading = text.partition("\n")[0]
        separator = ";" if heading.count(";") > heading.count(",") else ","
        lines = list(csv.DictReader(io.StringIO(text, newline=""), delimiter=separator))
    except (UnicodeDecodeError, csv.Error):
        raise UnreadableFileError(
            f"{path.name} không phải tệp CSV mã UTF-8. Lưu lại dạng “CSV UTF-8”."
        ) from None
    return [Record({k: v or "" for k, v in line.items() if k}, {}) for line in lines]
