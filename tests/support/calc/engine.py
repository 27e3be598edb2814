"""An xlwings engine for LibreOffice Calc: runs inside soffice, in place of Excel over COM.

What a test wants to know of Excel's application (alerts, the status bar, settings that a
macro must restore) is kept in `STATE`; a test puts the user's answers there beforehand.
"""

# xlwings' base classes have properties where an engine keeps what Calc tells; `uno` is there in
# LibreOffice's own Python only.
# pyright: reportIncompatibleMethodOverride=false, reportMissingImports=false
# pyright: reportAssignmentType=false, reportIncompatibleVariableOverride=false

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import uno
import xlwings
from xlwings import base_classes

from .books import Book, properties
from .cells import Range

_DEFAULTS = {
    "calculation": "automatic",
    "screen_updating": True,
    "enable_events": True,
    "display_alerts": True,
    "interactive": True,
    "visible": True,
    "cut_copy_mode": None,
    "status_bar": False,
    "cursor": -4143,
}


@dataclass
class State:
    """What happened to the application, and what the user will answer."""

    settings: dict[str, Any] = field(default_factory=lambda: dict(_DEFAULTS))
    status_texts: list[str] = field(default_factory=list)
    alerts: list[dict[str, Any]] = field(default_factory=list)
    saves: list[str] = field(default_factory=list)
    alert_answers: list[str] = field(default_factory=list)
    file_answers: list[Any] = field(default_factory=list)
    tracebacks: list[str] = field(default_factory=list)  # of RunPython
    function_tracebacks: list[str] = field(default_factory=list)  # of worksheet functions


STATE = State()


def desktop() -> Any:
    context = uno.getComponentContext()
    return context.ServiceManager.createInstanceWithContext("com.sun.star.frame.Desktop", context)


def _setting(name: str) -> property:
    def get(_: Any) -> Any:
        return STATE.settings[name]

    def put(_: Any, value: Any) -> None:
        STATE.settings[name] = value

    return property(get, put)


class Engine:
    name = "excel"
    type = "desktop"

    @property
    def apps(self) -> Apps:
        return Apps()

    @staticmethod
    def prepare_xl_data_element(value: Any, options: Any) -> Any:
        """What xlwings hands to COM: blank for None and NaN, plain numbers."""
        if value is None or value != value:
            return ""
        return value.item() if type(value).__module__ == "numpy" else value

    @staticmethod
    def clean_value_data(
        data: Any, datetime_builder: Any, empty_as: Any, number_builder: Any, err_to_str: bool
    ) -> list[list[Any]]:
        def clean(value: Any) -> Any:
            if value in ("", None):
                return empty_as
            if hasattr(value, "year"):
                names = ("year", "month", "day", "hour", "minute", "second", "microsecond")
                return datetime_builder(**{n: getattr(value, n) for n in names}, tzinfo=None)
            if number_builder is not None and isinstance(value, float):
                return number_builder(value)
            return value

        return [[clean(value) for value in row] for row in data]


class Apps(base_classes.Apps):
    def keys(self) -> list[int]:
        return [os.getpid()]

    def __iter__(self) -> Iterator[App]:
        yield App()

    def __len__(self) -> int:
        return 1

    def __getitem__(self, pid: int) -> App:
        return App()


class Api:
    """`app.api`, Excel's own Application object: what macros use of it."""

    def GetOpenFilename(self, *args: Any, **options: Any) -> Any:
        return STATE.file_answers.pop(0) if STATE.file_answers else False

    def CalculateFull(self) -> None:
        App().calculate()

    Cursor = _setting("cursor")
    StatusBar = property(
        lambda self: App().status_bar, lambda self, value: setattr(App(), "status_bar", value)
    )


class App(base_classes.App):
    engine = Engine()
    version = "16.0"
    hwnd = 1
    path = startup_path = ""
    pid = property(lambda self: os.getpid())
    api = property(lambda self: Api())
    books = property(lambda self: Books(self))
    screen_updating = _setting("screen_updating")
    enable_events = _setting("enable_events")
    display_alerts = _setting("display_alerts")
    interactive = _setting("interactive")
    visible = _setting("visible")
    cut_copy_mode = _setting("cut_copy_mode")

    def activate(self, steal_focus: bool = False) -> None:
        pass

    def quit(self) -> None:
        raise RuntimeError("a macro must not close the officer's Excel")

    kill = quit

    @property
    def calculation(self) -> str:
        return STATE.settings["calculation"]

    @calculation.setter
    def calculation(self, value: str) -> None:
        if value not in ("automatic", "manual", "semiautomatic"):
            raise KeyError(value)
        STATE.settings["calculation"] = value
        for book in self.books:
            book.doc.enableAutomaticCalculation(value != "manual")

    def calculate(self) -> None:
        for book in self.books:
            book.doc.calculateAll()

    @property
    def status_bar(self) -> str | bool:
        return STATE.settings["status_bar"]

    @status_bar.setter
    def status_bar(self, value: str | bool) -> None:
        STATE.settings["status_bar"] = value
        if isinstance(value, str):
            STATE.status_texts.append(value)

    def alert(self, prompt: Any, title: Any, buttons: Any, mode: Any, callback: Any) -> str:
        STATE.alerts.append({"prompt": prompt, "title": title, "buttons": buttons, "mode": mode})
        return STATE.alert_answers.pop(0) if STATE.alert_answers else "ok"

    def saved(self, path: Any) -> None:
        STATE.saves.append(str(path))

    @property
    def selection(self) -> Range | None:
        book = self.books.active
        chosen = book.doc.getCurrentSelection()
        if hasattr(chosen, "getRangeAddresses"):
            places = chosen.getRangeAddresses()
        elif hasattr(chosen, "getRangeAddress"):
            places = [chosen.getRangeAddress()]
        else:
            return None
        areas = [book.sheets(place.Sheet + 1).at(place) for place in places]
        areas[0].areas = areas
        return areas[0]


class Books(base_classes.Books):
    def __init__(self, app: App):
        self.app = app

    def __iter__(self) -> Iterator[Book]:
        documents = desktop().getComponents().createEnumeration()
        while documents.hasMoreElements():
            document = documents.nextElement()
            if document.supportsService("com.sun.star.sheet.SpreadsheetDocument"):
                yield Book(document, self.app)

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def __call__(self, name_or_index: str | int) -> Book:
        books = list(self)
        if isinstance(name_or_index, int):
            return books[name_or_index - 1]
        for book in books:
            if name_or_index.lower() in (book.name.lower(), book.fullname.lower()):
                return book
        raise KeyError(name_or_index)

    @property
    def active(self) -> Book:
        """The book whose macro runs: hidden documents are never in front."""
        caller = getattr(xlwings.Book, "_mock_caller", None)
        return caller.impl if caller else next(iter(self))

    def open(self, fullname: str, *options: Any, **more: Any) -> Book:
        url = Path(fullname).absolute().as_uri()
        document = desktop().loadComponentFromURL(url, "_blank", 0, properties(Hidden=True))
        if document is None:
            raise RuntimeError(f"Calc cannot open {fullname}")
        return Book(document, self.app)


def activate() -> None:
    """Make this the engine of xlwings."""
    engine = xlwings.Engine(impl=Engine())
    xlwings.engines.add(engine)
    engine.activate()
