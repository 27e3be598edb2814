"""The rows of a programme's plans, looked up by what stands on forms: key, code or text."""

from __future__ import annotations

import re
from typing import NamedTuple

from ..files.spreadsheets import cell_text
from ..plan.model import Item, Programme, row_key
from ..text.spelling import fold, key

_SAME_WORK = 60  # titles at least this similar (0-100) are one, mended since
_WORD_BEFORE = re.compile(r"^(?:muc|ma|hoat dong|nhiem vu)\s+")


class PlanRows(NamedTuple):
    """The rows of a programme's plans, by key and by what officers see of them."""

    items: dict[str, Item]
    keys_by_code: dict[str, list[str]]
    keys_by_title: dict[str, list[str]]

    @classmethod
    def of(cls, programme: Programme) -> PlanRows:
        rows = cls({}, {}, {})
        for plan in programme.plans:
            for item in plan.items:
                item_key = row_key(plan.id, item.code)
                rows.items[item_key] = item
                rows.keys_by_code.setdefault(_plain(item.code), []).append(item_key)
                rows.keys_by_title.setdefault(key(item.title), []).append(item_key)
        return rows

    def is_title_of(self, item: Item, title: str) -> bool:
        """Whether a text is a row's title, mended perhaps, and not that of another row; a
        missing text contradicts none."""
        if title in ("", item.title) or key(title) == key(item.title):
            return True
        if key(title) in self.keys_by_title:
            return False
        from rapidfuzz import fuzz

        return fuzz.ratio(key(title), key(item.title)) >= _SAME_WORK

    def keys_of_code(self, code: object) -> list[str]:
        """The rows that a code cell can mean: one that became a number lost its last noughts
        ("1.10" -> 1.1), a dot or a word may have been added, Roman numbers typed small."""
        text = _plain(cell_text(code))
        found = list(self.keys_by_code.get(text, ()))
        if isinstance(code, float | int):
            found += [
                item_key
                for known, keys in self.keys_by_code.items()
                if known != text
                and re.fullmatch(rf"{re.escape(text)}(\.0+|0+)", known)
                and ("." in text or known.startswith(f"{text}."))
                for item_key in keys
            ]
        return found


def _plain(code: str) -> str:
    return _WORD_BEFORE.sub("", fold(code)).strip(" .,;:")
