"""What runs inside soffice: the Python of buttons and cells, and the test's questions.

Buttons and cells come through the script provider (`stub.py` in the profile, written by
host.py). The test talks to one `Job` object instead: the script provider cannot serve two
threads at once.
"""

# `uno` is there in LibreOffice's own Python only.
# pyright: reportMissingImports=false

from __future__ import annotations

import base64
import pickle
import sys
import traceback
from dataclasses import asdict
from pathlib import Path
from typing import Any

import unohelper
import xlwings
from com.sun.star.task import XJob

from . import engine, udfs
from .books import Book

_FRESH: list[str] = []
_KEPT: list[str] = []
_FINISHED: list[Path] = []


def prepare(fresh: list[str], packages: str, finished: str) -> None:
    """`fresh` are folders whose modules each run imports anew; `finished` counts the runs."""
    _KEPT[:] = [packages]  # a venv may lie inside the repository
    if not hasattr(sys, "argv"):
        sys.argv = [""]
    _FRESH[:], _FINISHED[:] = fresh, [Path(finished)]
    udfs.replace_decorators()
    engine.activate()


def run_python(command: str, doc: Any) -> int:
    """RunPython: a fresh Python each click, whose errors xlwings shows in a message box."""
    _forget_modules()
    xlwings.Book(impl=Book(doc, engine.App())).set_mock_caller()
    try:
        exec(command, {"__name__": "__main__"})
        return 0
    except SystemExit as leaving:
        if leaving.code in (None, 0):
            return 0
        engine.STATE.tracebacks.append(traceback.format_exc())
    except BaseException:
        engine.STATE.tracebacks.append(traceback.format_exc())
    finally:
        counter = _FINISHED[0]
        counter.write_text(str(int(counter.read_text()) + 1))
    return -1


def _forget_modules() -> None:
    support = Path(__file__).parent
    for name, module in list(sys.modules.items()):
        path = getattr(module, "__file__", None) or ""
        if not path.startswith(tuple(_FRESH)) or path.startswith(tuple(_KEPT)):
            continue
        if Path(path).parent != support:
            del sys.modules[name]


def call_udf(module: str, name: str, arguments: Any, doc: Any) -> tuple[str, Any]:
    """XLPy.CallUDF: ("", rows), or ("failed", message), which the stub raises in VBA."""
    book = Book(doc, engine.App())
    xlwings.Book(impl=book).set_mock_caller()
    try:
        return "", udfs.call(module, name, arguments, book)
    except Exception as error:
        engine.STATE.function_tracebacks.append(traceback.format_exc())
        return "failed", f"{type(error).__name__}: {error}"


class Job(unohelper.Base, XJob):
    """Answers the test: `execute` with a function's name and its pickled arguments."""

    def execute(self, arguments: Any) -> str:
        name, sent = (argument.Value for argument in arguments)
        try:
            answer = True, _ANSWERS[name](*pickle.loads(base64.b64decode(sent)))
        except Exception:
            answer = False, traceback.format_exc()
        return base64.b64encode(pickle.dumps(answer)).decode()


def job() -> Job:
    return Job()


def _sheet(book: str, sheet: str) -> Any:
    return xlwings.Book(impl=engine.App().books(book)).sheets[sheet]


def _value(book: str, sheet: str, address: str) -> Any:
    return _sheet(book, sheet).range(address).options(ndim=2).value


def _set_value(book: str, sheet: str, address: str, value: Any) -> None:
    _sheet(book, sheet).range(address).value = value


def _set_format(book: str, sheet: str, address: str, code: str) -> None:
    _sheet(book, sheet).range(address).number_format = code


def _formula(book: str, sheet: str, address: str) -> Any:
    return _sheet(book, sheet).range(address).formula


def _used(book: str, sheet: str) -> Any:
    """Every value from A1 to the last used cell."""
    cells = _sheet(book, sheet)
    last = cells.used_range.last_cell
    return cells.range((1, 1), (last.row, last.column)).options(ndim=2).value


def _find_table(book: str, name: str) -> Any:
    for sheet in xlwings.Book(impl=engine.App().books(book)).sheets:
        if name in sheet.tables:
            return sheet.tables[name]
    raise KeyError(name)


def _table(book: str, name: str) -> dict[str, Any]:
    table = _find_table(book, name)
    body = table.data_body_range
    return {
        "address": table.range.get_address(False, False),
        "headings": table.header_row_range.options(ndim=1).value,
        "rows": body.options(ndim=2).value if body else [],
    }


def _filter_table(book: str, name: str, heading: str, value: str) -> None:
    table = _find_table(book, name)
    field = table.header_row_range.options(ndim=1).value.index(heading) + 1
    table.autofilter.apply_values(field, [value])


def _state() -> dict[str, Any]:
    return asdict(engine.STATE)


def _answer(alerts: list[str], files: list[Any]) -> None:
    engine.STATE.alert_answers.extend(alerts)
    engine.STATE.file_answers.extend(files)


def _forget() -> None:
    engine.STATE.__init__()


_ANSWERS = {
    "value": _value,
    "set_value": _set_value,
    "formula": _formula,
    "used": _used,
    "set_format": _set_format,
    "table": _table,
    "filter_table": _filter_table,
    "state": _state,
    "answer": _answer,
    "forget": _forget,
}
