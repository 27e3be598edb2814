"""Around a button: the open workbook in, one step, the workbook refreshed.

What an officer did wrong is said in one message with the next step. A fault of ours is
written to a log whose name the message gives. No file is left half written, and Excel is as
it was before.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import wraps
from pathlib import Path

import click
import xlwings as xw

from ..cli.steps import Progress
from ..errors import CchcError
from ..workspace.disk import cause
from .faults import note_fault
from .open_master import OpenMaster

TITLE = "CCHC-XL"
_SECONDS_BETWEEN_UPDATES = 0.1


def command(function: Callable[[OpenMaster, Progress], str]) -> Callable[[], None]:
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
            book.app.alert(message, title=TITLE, buttons="ok", mode=mode)

    return run


@contextmanager
def _quiet(app: xw.App) -> Iterator[Progress]:
    """Excel without redrawing and recalculating, and as it was afterwards, come what may;
    gives progress in the status bar."""
    before = {
        name: getattr(app, name) for name in ("calculation", "screen_updating", "enable_events")
    }
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


def open_with_system(path: Path) -> None:
    """Open a folder or a document with the program that the system uses for it."""
    if sys.platform == "win32":
        os.startfile(path)
    else:
        click.launch(str(path))


def recalculate(app: xw.App) -> None:
    """Functions in cells look at files that Excel does not watch."""
    app.api.CalculateFull()
