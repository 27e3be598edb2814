"""Calls of worksheet functions as xlwings' server makes them on Windows.

Off Windows `@xw.func` does nothing, so it is replaced here by one that keeps the options. The
arguments then pass through xlwings' own conversion: a column arrives as a flat list unless
`ndim=2` was asked for, and an annotation that xlwings knows no converter for fails.
"""

from __future__ import annotations

import datetime as dt
import importlib
import inspect
import typing
from collections.abc import Callable
from typing import Any

import xlwings
from xlwings import conversion

from .typed import serial

_OPTIONS = "__calc_options__"
_MISSING = -2147352572  # COM's DISP_E_PARAMNOTFOUND


def _options(function: Callable) -> dict[str, Any]:
    """The options of each argument, and of the result under "return"."""
    if not hasattr(function, _OPTIONS):
        found: dict[str, Any] = {name: {} for name in inspect.signature(function).parameters}
        found["return"] = {}
        for name, hint in typing.get_type_hints(function).items():
            kind = typing.get_origin(hint) or hint
            if kind not in (dt.datetime, dt.date):
                found[name]["convert"] = kind
        setattr(function, _OPTIONS, found)
    return getattr(function, _OPTIONS)


def _func(function: Callable | None = None, **_: Any) -> Callable:
    def mark(function: Callable) -> Callable:
        _options(function)
        return function

    return mark(function) if function else mark


def _arg(name: str, convert: Any = None, **options: Any) -> Callable:
    def mark(function: Callable) -> Callable:
        known = {key: value for key, value in options.items() if key not in ("doc", "vba")}
        _options(function)[name.lstrip("*")].update(
            known if convert is None else {**known, "convert": convert}
        )
        return function

    return mark


def _ret(convert: Any = None, **options: Any) -> Callable:
    def mark(function: Callable) -> Callable:
        _options(function)["return"].update(
            options if convert is None else {**options, "convert": convert}
        )
        return function

    return mark


def replace_decorators() -> None:
    xlwings.func, xlwings.arg, xlwings.ret = _func, _arg, _ret


def call(module: str, name: str, arguments: Any, book: Any) -> tuple[tuple[Any, ...], ...]:
    """The result's rows, ready for Calc; a scalar is one row of one value."""
    function = getattr(importlib.import_module(module), name)
    if not hasattr(function, _OPTIONS):
        raise AttributeError(f"{module}.{name} lacks @xw.func")
    options = _options(function)
    parameters = list(inspect.signature(function).parameters.values())
    values = []
    for index, argument in enumerate(arguments or ()):
        parameter = parameters[min(index, len(parameters) - 1)]
        if argument == _MISSING:
            empty = parameter.default is inspect.Parameter.empty
            values.append(None if empty else parameter.default)
        else:
            values.append(_argument(argument, options[parameter.name], book))
    result = conversion.write(function(*values), None, options["return"])
    return tuple(tuple(_result(value) for value in row) for row in result or ())


def _argument(argument: Any, options: dict[str, Any], book: Any) -> Any:
    if not hasattr(argument, "CellRange"):
        return conversion.read(None, argument, options)
    place = argument.CellRange.getRangeAddress()
    cells = book.sheets(place.Sheet + 1).at(place)
    return conversion.read(xlwings.Range(impl=cells), None, options)


def _result(value: Any) -> Any:
    if isinstance(value, dt.date):
        return serial(value)
    return value if isinstance(value, (str, bool)) else float(value)
