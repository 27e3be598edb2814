"""What the functions in cells look up: the figures and budgets of a workspace, read once and
anew when a file of it changes."""

from __future__ import annotations

import json
import os
from contextlib import suppress
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any, NamedTuple

from ..errors import CchcError
from ..files.spreadsheets import OpenedWorkbook, cell_text
from ..plan.budgets import Budgets, agency_names, budgets_of
from ..text.spelling import clean, key
from ..workspace.disk import read_file
from ..workspace.folders import Workspace
from .reader import read_master

_FIGURES = {"period", "name", "year", "months", "agencies", "budgets", "rows"}


class FunctionError(CchcError, ValueError):
    """What a cell shows instead of a value."""


# ----------------------------------------------------------------- the figures


class Figures:
    """What is known of one workspace; made anew when a file of it changes."""

    def __init__(self, master: Path):
        self._master = master
        self._workspace = Workspace(master.parent)

    @cached_property
    def _saved(self) -> tuple[dict[str, str], Budgets, int]:
        """The agencies' names and the budgets of the master as saved, and when that was."""
        try:
            content = read_file(self._master)
            programme, _ = read_master(OpenedWorkbook(content), self._master.name)
        except CchcError:
            raise FunctionError("Chưa đọc được sổ tổng hợp đã lưu") from None
        saved_at = self._master.stat().st_mtime_ns
        return agency_names(programme), budgets_of(programme), saved_at

    @cached_property
    def _periods(self) -> dict[str, dict[str, Any]]:
        """period id -> its figures, in the order of time."""
        found = []
        for path in self._workspace.all_figures():
            try:
                content = json.loads(read_file(path))
                if not content.keys() >= _FIGURES:
                    raise ValueError(path.name)
                found.append(content | {"written": path.stat().st_mtime_ns})
            except (ValueError, TypeError, AttributeError, OSError):
                raise FunctionError(f"Tệp {path.name} hỏng: bấm Tổng hợp lại") from None
        found.sort(key=lambda figures: (figures["year"], figures["months"]))
        return {figures["period"]: figures for figures in found}

    @cached_property
    def _newest(self) -> dict[str, Any]:
        """The agencies' names and the budgets as saved or consolidated, whichever is later."""
        last = max(self._periods.values(), key=lambda one: one["written"], default=None)
        names, saved, when = self._saved
        if last and last["written"] > when:
            return last
        return {"agencies": names, "budgets": saved}

    @property
    def budgets(self) -> Budgets:
        return self._newest["budgets"]

    def period(self, name: object) -> dict[str, Any]:
        """The figures of a period named by its id or name; of the latest one where none is."""
        if not self._periods:
            raise FunctionError("Chưa tổng hợp kỳ nào")
        wanted = key(cell_text(name))
        if not wanted:
            return next(reversed(self._periods.values()))
        for figures in self._periods.values():
            if wanted in (key(figures["period"]), key(figures["name"])):
                return figures
        raise FunctionError(f"Kỳ {cell_text(name)} chưa tổng hợp")

    def agency(self, name: object, figures: dict[str, Any] | None = None) -> str:
        """The name that an agency has in some figures (else in the budgets), from any name it
        has or had; "" for none."""
        text = cell_text(name)
        if not text:
            return ""
        wanted = key(text)
        now = self._newest["agencies"].get(wanted, "")
        names = (figures or self._newest)["agencies"]
        if found := names.get(wanted) or names.get(key(now)):
            return found
        # Renamed since: one of its other names was its name then.
        aliases = (alias for alias, of in self._newest["agencies"].items() if now and of == now)
        if found := next((names[alias] for alias in aliases if alias in names), ""):
            return found
        raise FunctionError(f"Không có cơ quan “{text}”")

    @cached_property
    def _keys_by_code(self) -> dict[str, list[str]]:
        keys: dict[str, list[str]] = {}
        for name in self.budgets:
            for code in {name, name.rpartition("|")[2]}:
                keys.setdefault(code, []).append(name)
        return keys

    def row(self, code: object) -> str:
        """The key of a row from its code, or of a plan from its id."""
        text = code if isinstance(code, str) else cell_text(code)
        keys = self._keys_by_code.get(text) or self._keys_by_code.get(clean(text).rstrip("."), ())
        if len(keys) == 1:
            return keys[0]
        if keys:
            raise FunctionError(f"Mã {text} có ở nhiều kế hoạch, hãy ghi {keys[0]}")
        raise FunctionError(f"Không có mã {text}")

    def part(self, figures: dict[str, Any], code: object, agency: object) -> dict[str, Any]:
        """What is known of a row in a period, or of an agency's part of it."""
        row = figures["rows"].get(self.row(code), {})
        name = self.agency(agency, figures)
        return row.get("of", {}).get(name, {}) if name else row


class _Stamp(NamedTuple):
    master: str
    files: tuple[tuple[str, int, int], ...]


def figures_at(master: str) -> Figures:
    """The figures of the workspace of a master workbook, as its files stand now."""
    if "://" in master:
        raise FunctionError("Sổ đang mở từ mạng (OneDrive): chép thư mục về máy")
    path = Path(master)
    seen = []
    with suppress(OSError):  # what is not there is said when it is asked for
        seen.append((path.name, path.stat()))
        with os.scandir(Workspace(path.parent).journal) as entries:
            seen += [(entry.name, entry.stat()) for entry in entries]
    files = tuple((name, stat.st_mtime_ns, stat.st_size) for name, stat in seen)
    return _figures(_Stamp(master, files))


@lru_cache(maxsize=4)
def _figures(stamp: _Stamp) -> Figures:
    return Figures(Path(stamp.master))
