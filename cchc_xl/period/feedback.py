"""What goes back to agencies: each one's own file with the findings marked in it, and a cover
text. A file that cannot be marked is answered with a fresh form that has what could be read.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import PurePath
from typing import NamedTuple

from ..errors import UnreadableFileError
from ..files.attachments import CONTAINERS
from ..files.containers import container_of, unpack
from ..files.isolation import Reader, read_all
from ..findings.finding import Finding
from ..findings.severity import Severity
from ..ledger.ledger import Ledger
from ..ledger.result_rows import to_answer
from ..outputs.marking import Letter, Mark, marked, rows_by_key
from ..plan.explanations import can_be_explained
from ..plan.fates import Fate
from ..plan.fields import FIELD_BY_NAME
from ..plan.model import row_key
from ..returns.answer_sheet import EXPLANATION
from ..returns.form import FORM_SHEET, column_of, write_form
from ..returns.returned import Return
from ..text.dates import format_date
from ..workspace.journal import ReturnedFile, sha256_of
from ..writing.templates import COVER, filled_text, in_force, written_with
from .consolidation import PeriodReading, Progress, silent

_MARKABLE = (".xlsx", ".xlsm")


class Feedback(NamedTuple):
    """What goes to one agency: its workbook and a cover text, which `facts` filled; `answers` is
    the SHA-256 of the return that it is about."""

    agency: str
    answers: str
    workbook: bytes
    cover: str
    facts: dict[str, object]
    errors: int
    warnings: int


def make_feedback(
    reading: PeriodReading, files: Mapping[str, ReturnedFile], progress: Progress = silent
) -> list[Feedback]:
    """Feedback to every agency whose return has an error or a warning; `files` are those of
    nhan-ve by name."""
    concerned = [
        (one, found)
        for one, found in to_answer(reading.ledger).values()
        if _counts(found, Severity.ERROR, Severity.WARNING)
    ]
    work = read_all(
        concerned, lambda process, pair: _feedback(process, reading.ledger, files, *pair)
    )
    done = []
    for at, one in enumerate(work, 1):
        done.append(one)
        progress(at, len(concerned), one.agency)
    return done


def _counts(findings: list[Finding], *severities: Severity) -> int:
    return sum(found.severity in severities for found in findings)


def _feedback(
    process: Reader,
    ledger: Ledger,
    files: Mapping[str, ReturnedFile],
    one: Return,
    findings: list[Finding],
) -> Feedback:
    errors, warnings = _counts(findings, Severity.ERROR), _counts(findings, Severity.WARNING)
    own = _own_workbook(process, ledger, files, one, findings)
    workbook = own or _fresh_form(ledger, one, findings)
    facts = _facts(ledger, one, findings, fresh=own is None)
    cover = filled_text(COVER, facts)
    return Feedback(one.agency, one.sha256, workbook, cover, facts, errors, warnings)


def _own_workbook(
    process: Reader,
    ledger: Ledger,
    files: Mapping[str, ReturnedFile],
    one: Return,
    findings: list[Finding],
) -> bytes | None:
    """The agency's file with the marks; None where it cannot be marked."""
    if one.fate != Fate.ACCEPTED or PurePath(one.file).suffix.lower() not in _MARKABLE:
        return None
    try:
        content = _content(process, files, one)
        marks = [_mark(ledger, one, found, found.place.cell) for found in findings]
        letter = _letter(ledger, one, one.sheet, marks)
        return process.call(written_with, in_force(), marked, content, letter, marks)
    except UnreadableFileError:
        return None


def _content(process: Reader, files: Mapping[str, ReturnedFile], one: Return) -> bytes:
    container = files[container_of(one.file)]
    content = container.content or b""
    if container.name.lower().endswith(CONTAINERS):
        parts = process.call(unpack, container.name, content)
        return next(part.content for part in parts if sha256_of(part.content) == one.sha256)
    return content


def _fresh_form(ledger: Ledger, one: Return, findings: list[Finding]) -> bytes:
    """A form of ours with what could be read of the return, or of an earlier one that counts;
    cells of findings on it."""
    agency = ledger.programme.registry.by_name[one.agency]
    source = one if one.rows else ledger.accepted.get(one.agency, one)
    entries = {row_key(row.item.plan, row.item.code): row.values for row in source.rows}
    content = write_form(ledger.programme, ledger.period, agency, entries)
    rows = rows_by_key(content, FORM_SHEET)
    moved: dict[str, str] = {}  # cell in the return -> cell in the fresh form
    for row in one.rows:
        number = rows.get(row_key(row.item.plan, row.item.code))
        for name in FIELD_BY_NAME if number else ():
            moved[row.cell(name)] = f"{column_of(name)}{number}"
    marks = [_mark(ledger, one, found, moved.get(found.place.cell, "")) for found in findings]
    return marked(content, _letter(ledger, one, FORM_SHEET, marks), marks)


def _mark(ledger: Ledger, one: Return, found: Finding, cell: str) -> Mark:
    is_cell = cell[:1].isalpha() and cell[-1:].isdigit() and cell.isalnum() and cell.isascii()
    is_cell = is_cell and found.place.sheet == one.sheet  # only this sheet is marked
    agency = ledger.programme.registry.by_name[one.agency]
    about = (agency.id, found.code, found.row, found.value)
    return Mark(
        found.severity,
        cell if is_cell else "",
        found.value,
        found.message,
        found.fix,
        about if can_be_explained(found) else (),
    )


def _letter(ledger: Ledger, one: Return, sheet: str, marks: Sequence[Mark]) -> Letter:
    explain = (
        "Chỗ cảnh báo mà số liệu đúng thì không phải sửa: ghi lý do vào cột "
        f"“{EXPLANATION}” ở dòng đó, số liệu không đổi thì lần sau không hỏi lại."
    )
    return Letter(
        sheet,
        "NHỮNG CHỖ CẦN XEM LẠI TRONG PHIẾU BÁO CÁO",
        (
            f"Cơ quan: {one.agency}. Kỳ báo cáo: {ledger.period.name}. Tệp đã nhận: {one.file}.",
            "Sửa ngay trong trang phiếu của tệp này (các ô tô màu, rê chuột vào để xem ghi chú), "
            f"rồi gửi lại cho {ledger.programme.office}. Bấm vào cột Ô để đến chỗ cần sửa."
            if any(mark.cell for mark in marks)
            else f"Điền trang phiếu của tệp này rồi gửi lại cho {ledger.programme.office}.",
            *([explain] if any(mark.keys for mark in marks) else ()),
        ),
        ledger.programme.office,
    )


def _facts(
    ledger: Ledger, one: Return, findings: list[Finding], *, fresh: bool
) -> dict[str, object]:
    """What the cover text tells."""
    return {
        "co_quan": one.agency,
        "noi_gui": ledger.programme.office,
        "ky": ledger.period.name,
        "han": format_date(ledger.period.due_before),
        "tep": one.file,
        "nguoi_lap": one.contact,
        "so_loi": _counts(findings, Severity.ERROR),
        "so_canh_bao": _counts(findings, Severity.WARNING),
        "phieu_moi": fresh,
        "dien_san": fresh and bool(one.rows or one.agency in ledger.accepted),
        "giai_trinh": any(map(can_be_explained, findings)),
        "phat_hien": [
            {
                "muc_do": found.severity.words,
                "o": found.place.cell,
                "noi_dung": found.message,
                "can_lam": found.fix,
            }
            for found in findings
            if found.severity in (Severity.ERROR, Severity.WARNING)
        ],
    }
