"""What several tests need: filling forms as other programs do, and reading results."""

from __future__ import annotations

import io
import shutil
from collections.abc import Callable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

import openpyxl
from openpyxl.worksheet.worksheet import Worksheet

from cchc_xl.ledger.issued_forms import issued_from_json, issued_to_json, with_forms_of
from cchc_xl.master.opening import load
from cchc_xl.returns.form import form_files, write_form
from cchc_xl.writing.templates import using

# The exact visible headings of the form, kept here by hand: agencies rely on them.
HEADINGS = {
    "code": "Mã",
    "title": "Nội dung công việc",
    "indicator": "Chỉ số đánh giá/mục tiêu",
    "evidence": "Tài liệu kiểm chứng",
    "time": "Thời gian",
    "budget": "Kinh phí dự toán (triệu đồng)",
    "status": "Trạng thái",
    "percent": "Tỷ lệ hoàn thành (%)",
    "result": "Kết quả đạt được",
    "proof": "Số, ký hiệu văn bản kiểm chứng",
    "spent": "Kinh phí đã chi lũy kế (triệu đồng)",
    "difficulties": "Khó khăn, vướng mắc",
    "proposals": "Đề xuất, kiến nghị",
}

Entries = Mapping[str, Mapping[str, object]]


class Form:
    """A form opened with openpyxl, addressed as an officer sees it: by code and heading."""

    def __init__(self, path: Path):
        self.workbook = openpyxl.load_workbook(path)
        self.sheet: Worksheet = self.workbook.worksheets[0]
        self.find()

    def find(self) -> None:
        """Look up headings and codes again, after rows or columns have moved."""
        for row in self.sheet.iter_rows():
            values = [cell.value for cell in row]
            if HEADINGS["code"] in values:
                self.heading_row = row[0].row or 0
                self.columns = {n: values.index(h) + 1 for n, h in HEADINGS.items() if h in values}
                break
        else:
            raise AssertionError("the form has no heading row")
        code_at = self.columns["code"]
        self.rows = {}
        for number in range(self.heading_row + 2, self.sheet.max_row + 1):
            code = self.sheet.cell(number, code_at).value
            if code and self.sheet.cell(number, self.columns["budget"]).coordinate not in (
                self.sheet.merged_cells
            ):
                self.rows[str(code)] = number

    def cell(self, code: str, name: str) -> Any:
        return self.sheet.cell(self.rows[code], self.columns[name])

    def fill(self, entries: Entries) -> Form:
        for code, values in entries.items():
            for name, value in values.items():
                self.cell(code, name).value = value
        return self

    def save(self, path: Path) -> Path:
        path.parent.mkdir(parents=True, exist_ok=True)
        self.workbook.save(path)
        return path


def return_form(
    form: Path,
    inbox: Path,
    entries: Entries,
    name: str | None = None,
    change: Callable[[Form], None] | None = None,
) -> Path:
    """Fill an issued form and put it into nhan-ve."""
    opened = Form(form).fill(entries)
    if change:
        change(opened)
    return opened.save(inbox / (name or form.name))


def form_of(root: Path, period_id: str, agency: str) -> Path:
    """The form of one agency, as `make_forms` writes those of all, which takes longer."""
    loaded = load(root)
    workspace, programme = loaded.workspace, loaded.programme
    period = programme.period_by_id[period_id]
    path = workspace.forms(period_id) / form_files(programme, period)[agency]
    with using(workspace.own_templates()):
        form = write_form(programme, period, programme.registry.by_name[agency])
    note = workspace.issued(period_id)
    before = issued_from_json(note.read_bytes()) if note.exists() else {}
    issued = issued_to_json(with_forms_of(programme, period, before))
    workspace.write({path: form, note: issued})
    workspace.inbox(period_id).mkdir(parents=True, exist_ok=True)
    return path


def edit_workbook(path: Path, sheet: str, key: Mapping[str, object], **changes: object) -> None:
    """Change cells of the table row of the master workbook that has the `key` values."""
    workbook = openpyxl.load_workbook(path)
    page = workbook[sheet]
    headings = {cell.value: at for at, cell in enumerate(page[4], 1)}
    for number in range(5, page.max_row + 1):
        if all(page.cell(number, headings[h]).value == v for h, v in key.items()):
            for heading, value in changes.items():
                cell: Any = page.cell(number, headings[heading])
                cell.value = value
            break
    else:
        raise AssertionError(f"{sheet} has no row {key}")
    workbook.save(path)


def copy(path: Path, folder: Path, name: str | None = None) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    return Path(shutil.copy2(path, folder / (name or path.name)))


def stored_values(path: Path) -> dict[str, list[list[object]]]:
    """Sheet -> rows of the values that a viewer without calculation shows."""
    sheets = _stored_values(path.read_bytes())
    return {title: [list(row) for row in rows] for title, rows in sheets.items()}


@lru_cache(4)
def _stored_values(content: bytes) -> dict[str, list[tuple[object, ...]]]:
    workbook = openpyxl.load_workbook(io.BytesIO(content), data_only=True)
    return {s.title: list(s.iter_rows(values_only=True)) for s in workbook.worksheets}
