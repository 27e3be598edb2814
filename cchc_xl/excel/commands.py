"""One function for each button: the open workbook in, one step, the workbook refreshed.

What an officer did wrong is said in one message with the next step. A fault of ours is
written to a log whose name the message gives. No file is left half written, and Excel is as
it was before.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from functools import wraps
from pathlib import Path

import click
import xlwings as xw

from ..errors import CchcError
from ..findings import SEVERITY_NAMES, Finding
from ..master_sheets import TABLES
from ..result_sheets import RESULTS
from ..steps import Consolidation, Progress
from ..workspace import cause
from .faults import note_fault
from .open_master import OpenMaster

_TITLE = "CCHC-XL"
_SECONDS_BETWEEN_UPDATES = 0.1
# One comma: Excel takes pairs of a name and patterns, parted by commas.
_DECISIONS = "Quyết định (Word/Excel/văn bản),*.docx;*.xlsx;*.xlsm;*.xls;*.ods;*.txt;*.md"


# ------------------------------------------------------------- around a command


def _command(function: Callable[[OpenMaster, Progress], str]) -> Callable[[], None]:
    """A button: runs with Excel kept quiet; what the function returns is told at the end."""

    @wraps(function)
    def run() -> None:
        book = xw.Book.caller()
        mode, message = "info", ""
        try:
            with _quiet(book.app) as progress:
                message = function(OpenMaster(book), progress)
        except CchcError as error:
            mode, message = "critical", str(error)
        except OSError as error:
            _log(book)  # it may be a fault of ours all the same
            mode = "critical"
            message = (
                f"Không dùng được {error.filename or 'tệp'} ({cause(error)}). Kiểm tra đường dẫn "
                "và quyền ghi rồi bấm lại."
            )
        except Exception:  # whatever it is, no traceback may reach the officer
            mode, message = "critical", _fault_of_ours(book)
        if message:
            book.app.alert(message, title=_TITLE, buttons="ok", mode=mode)

    return run


@contextmanager
def _quiet(app: xw.App) -> Iterator[Progress]:
    """Excel without redrawing and recalculating, and as it was afterwards, come what may;
    gives progress in the status bar."""
    before = {name: getattr(app, name) for name in ("calculation", "screen_updating",
                                                    "enable_events")}  # fmt: skip
    last = 0.0

    def progress(done: int, total: int, what: str) -> None:
        nonlocal last
        if done == total or time.monotonic() - last > _SECONDS_BETWEEN_UPDATES:
            last = time.monotonic()
            app.status_bar = f"CCHC: {done}/{total} {what}"

    try:
        app.status_bar = "CCHC: đang chạy…"
        app.cut_copy_mode = False  # else Excel inserts what was copied
        app.screen_updating = app.enable_events = False
        app.calculation = "manual"
        yield progress
    finally:
        for name, value in before.items():
            setattr(app, name, value)
        app.status_bar = False


def _log(book: xw.Book) -> Path | None:
    """Write down what happened, beside the workbook if that can be; gives the log."""
    folders = []
    with suppress(Exception):  # the fault may lie in the workbook itself
        folders.append(OpenMaster(book).workspace.journal)
    return note_fault(folders)


def _fault_of_ours(book: xw.Book) -> str:
    """Write down what happened; gives what to tell the officer."""
    log = _log(book)
    send = f" Nếu vẫn lỗi, gửi tệp {log} cho người hỗ trợ." if log else ""
    return (
        "Phần mềm gặp lỗi ngoài dự kiến. Không tệp nào bị mất hay ghi dở; các trang kết quả trong "
        f"sổ có thể mới cập nhật một phần. Bấm lại nút này.{send}"
    )


def _open(path: Path) -> None:
    """Open a folder or a document with the program that the system uses for it."""
    if sys.platform == "win32":
        os.startfile(path)
    else:
        click.launch(str(path))


def _recalculate(app: xw.App) -> None:
    """Functions in cells look at files that Excel does not watch."""
    app.api.CalculateFull()


# ------------------------------------------------------------------ the commands


@_command
def load_decisions(master: OpenMaster, progress: Progress) -> str:
    """Nạp quyết định: choose decisions, and add their plans to the workbook."""
    from ..master import plan_rows
    from ..steps import load_decisions as step
    from ..steps import nothing_reported

    master.check_tables(RESULTS | TABLES)
    loaded = master.load()
    app = master.book.app
    app.screen_updating = True
    chosen = app.api.GetOpenFilename(_DECISIONS, 1, "Chọn quyết định ban hành kế hoạch", "", True)
    app.screen_updating = False
    if not chosen:
        return ""
    programme, plans, found = step(loaded, [Path(path) for path in chosen])
    lacking = master.add_plan_rows(plan_rows(replace(programme, plans=plans), found))
    if programme.periods and not master.shown_period:
        master.show_results(nothing_reported(master.workspace, programme).rows, "")
        if not master.chosen_period:
            master.choose_period(programme.periods[0].id)
    _recalculate(app)
    lines = [f"{plan.decision}: {len(plan.items)} dòng, {len(plan.leaves)} việc" for plan in plans]
    return (
        "Đã nạp:\n" + "\n".join(lines) + f"\n\n{_counted(found)} Xem trang Phát hiện khi nạp, "
        "rồi lưu sổ (Ctrl+S)." + "".join(map(_not_shown, lacking))
    )


def _not_shown(sheet: str) -> str:
    return (
        f"\n\nSổ này lập từ bản phần mềm trước, chưa có trang {sheet}; phần đó của quyết định "
        "không ghi vào sổ. Mọi việc khác không bị ảnh hưởng. Cần trang này thì lập sổ mới từ các "
        "quyết định này (thư mục khác) rồi chép trang đó sang."
    )


@_command
def make_forms(master: OpenMaster, progress: Progress) -> str:
    """Tạo phiếu báo cáo: the forms of the chosen period."""
    from ..dispatch import make_forms as step
    from ..loading import find_period

    loaded = master.load()
    period = find_period(loaded.programme, master.chosen_period)
    paths, found = step(loaded, period.id, progress)
    folder = loaded.workspace.forms(period.id)
    _open(folder)
    stale = "".join(f"\n{one.message}" for one in found)
    return f"Đã tạo {len(paths)} phiếu trong thư mục {folder}.{stale}"


@_command
def consolidate(master: OpenMaster, progress: Progress) -> str:
    """Tổng hợp: read what came back, write the results, show them in the workbook."""
    return _told(_consolidate(master, progress))


@_command
def make_monitoring(master: OpenMaster, progress: Progress) -> str:
    """Lập Phụ lục 2: consolidate, and open the workbook with the tables."""
    done = _consolidate(master, progress)
    master.book.app.books.open(str(done.outputs[0]))
    return ""


@_command
def make_report(master: OpenMaster, progress: Progress) -> str:
    """Lập báo cáo: consolidate, and open the report."""
    done = _consolidate(master, progress, with_report=True)
    _open(done.outputs[1])
    return "\n".join(found.message for found in done.findings if found.code in _EDITED)


_EDITED = ("output-edited", "report-edited")


@_command
def export_pdf(master: OpenMaster, progress: Progress) -> str:
    """Xuất PDF: consolidate, and print what is to be signed to a PDF."""
    from ..steps import to_be_signed

    done = _consolidate(master, progress)
    target = done.outputs[0].with_suffix(".pdf")
    part = target.with_name(f".dang-ghi-{target.name}")
    workbook = master.book.app.books.open(str(done.outputs[0]))
    try:
        workbook.to_pdf(str(part), include=to_be_signed(done.ledger))
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)
        workbook.close()
    _open(target)
    return f"Đã xuất {target}"


def _consolidate(
    master: OpenMaster, progress: Progress, with_report: bool = False
) -> Consolidation:
    from ..steps import consolidate_period

    master.check_tables(RESULTS)
    done = consolidate_period(master.load(), master.chosen_period, progress, with_report)
    master.show_results(done.tables, done.ledger.period.id)
    _recalculate(master.book.app)
    return done


def _told(done: Consolidation) -> str:
    ledger = done.ledger
    due = len(ledger.programme.rows_by_agency(ledger.period))
    files = "\n".join(str(path) for path in done.outputs)
    return (
        f"Đã tổng hợp kỳ {ledger.period.name}: {len(ledger.accepted)}/{due} cơ quan. "
        f"{_counted(done.findings)} Xem trang Phát hiện.\n\nKết quả: {files}"
    )


def _counted(findings: Sequence[Finding]) -> str:
    counts = [
        f"{sum(found.severity == severity for found in findings)} {name.lower()}"
        for severity, name in SEVERITY_NAMES.items()
    ]
    return f"Có {', '.join(counts)}."


@_command
def make_feedback(master: OpenMaster, progress: Progress) -> str:
    """Lập phản hồi: each agency's own file back, with what is to be mended marked in it."""
    from ..dispatch import make_feedback as step
    from ..loading import find_period

    loaded = master.load()
    period = find_period(loaded.programme, master.chosen_period)
    paths, found = step(loaded, period.id, progress)
    if not paths:
        return "Không phiếu nào có lỗi hay cảnh báo; không cần phản hồi."
    folder = loaded.workspace.feedback(period.id)
    _open(folder)
    stale = "".join(f"\n{one.message}" for one in found)
    return f"Đã lập phản hồi cho {len(paths)} cơ quan trong thư mục {folder}.{stale}"


@_command
def make_handouts(master: OpenMaster, progress: Progress) -> str:
    """Bảng từng cơ quan: a workbook to mail to each agency and to each collector."""
    from ..dispatch import make_handouts as step
    from ..loading import find_period

    loaded = master.load()
    period = find_period(loaded.programme, master.chosen_period)
    made = step(loaded, period.id, progress)
    folder = loaded.workspace.results(period.id)
    _open(folder)
    stale = "".join(f"\n{one.message}" for one in made.stale)
    return (
        f"Đã lập bảng cho {len(made.agencies)} cơ quan (thư mục co-quan) và "
        f"{len(made.collectors)} người thu thập (thư mục nguoi-thu-thap) trong {folder}.{stale}"
    )


@_command
def open_inbox(master: OpenMaster, progress: Progress) -> str:
    """Mở thư mục nhận về: where returned files of the chosen period go."""
    from ..loading import find_period

    loaded = master.load()
    inbox = loaded.workspace.inbox(find_period(loaded.programme, master.chosen_period).id)
    inbox.mkdir(parents=True, exist_ok=True)
    _open(inbox)
    return ""


@_command
def check_computer(master: OpenMaster, progress: Progress) -> str:
    """Kiểm tra máy: what is right on this computer, and what to do about the rest."""
    from ..steps import check_computer as step

    report, wrong = step(master.workspace.root)
    _open(report)
    if not wrong:
        return "Máy đã sẵn sàng, mọi mục kiểm tra đều đạt."
    return "Cần làm:\n" + "\n".join(f"• {check.name}: {check.action}" for check in wrong)


@_command
def open_templates(master: OpenMaster, progress: Progress) -> str:
    """Mẫu trình bày: the workspace's own templates, put there for the first time if need be."""
    from ..steps import own_templates

    own_templates(master.workspace)
    _open(master.workspace.templates)
    return ""


@_command
def open_guide(master: OpenMaster, progress: Progress) -> str:
    """Hướng dẫn: the officers' guide."""
    from ..steps import write_guide

    _open(write_guide(master.workspace))
    return ""
