"""From a figure of an output back to the returned cells it was made of."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from ..plan.fields import REPORTED
from ..plan.figures import CHANGE, HELD, MONEY, OF_NO_CELL, FigureId
from ..plan.model import Plan
from ..text.dates import format_moment
from .facts import Fact
from .ledger import Ledger


class Origin(NamedTuple):
    """A returned cell behind a figure; `value` as it was read (money in đồng)."""

    agency: str
    file: str
    sheet: str
    cell: str
    value: object
    arrived: datetime.datetime

    def __str__(self) -> str:
        came = format_moment(self.arrived)
        return f"{self.agency}: {self.file}, {self.sheet}, {self.cell} (nhận {came})"


class Lineage:
    """The origins of the figures of a period and of the year's earlier ones."""

    def __init__(self, ledger: Ledger, earlier: Sequence[Ledger] = ()):
        self.ledger = ledger
        self._periods = {one.period.id: one for one in (*earlier, ledger)}
        self._order = [one.period.id for one in (*earlier, ledger)]

    def origins(self, figure: FigureId) -> tuple[Origin, ...]:
        """The returned cells that a figure depends on."""
        if figure.what.partition(":")[0] in OF_NO_CELL:
            return ()
        at = figure.period or self.ledger.period.id
        if at not in self._periods:
            return ()
        position = self._order.index(at)
        if figure.what == "collections":  # of all periods so far
            periods = self._order[: position + 1]
        elif figure.what == "change" or figure.what.startswith(CHANGE):
            periods = self._order[max(0, position - 1) : position + 1]
        else:
            periods = [at]
        found = [one for name in periods for one in _origins(self._periods[name], figure)]
        if figure.what == "added":  # less what each row had spent before
            earlier = [self._periods[name] for name in reversed(self._order[:position])]
            facts = _facts_of(self._periods[at], figure)
            rows = dict.fromkeys((f.plan, f.code) for f in facts if "spent" in f.cells)
            for plan, code in rows:
                own = figure._replace(plan=plan, code=code)
                before = (list(_origins(ledger, own)) for ledger in earlier)
                found += next(filter(None, before), [])
        return tuple(found)

    def told(self, plan: str, code: str, most: int = 6) -> str:
        """The cells of a row's spending, or of its status where nothing was spent, in words."""
        result = self.ledger.items[plan, code]
        shown = [str(_origin(self.ledger, fact, fact.cell)) for fact in result.sources[:most]]
        rest = len(result.sources) - len(shown)
        if rest > 0:
            shown.append(f"… và {rest} phiếu khác: lọc mã {code} ở trang Nguồn số liệu")
        return "; ".join(shown) or "Chưa có phiếu nào báo cáo"


def _origin(ledger: Ledger, fact: Fact, cell: str, value: object = None) -> Origin:
    arrived = ledger.accepted[fact.agency].arrived
    return Origin(fact.agency, fact.file, fact.sheet, cell, value, arrived)


def _origins(ledger: Ledger, figure: FigureId) -> Iterator[Origin]:
    """The returned cells of one period that a figure depends on."""
    what = figure.what.partition(":")[0].removeprefix(CHANGE).removeprefix(HELD)
    name, of_holder = _field(what), what in MONEY
    for fact in _facts_of(ledger, figure):
        if figure.agency and figure.agency != (fact.holder if of_holder else fact.agency):
            continue
        if cell := fact.cells.get(name):
            # A status that counts as Quá hạn was reported as another.
            yield _origin(
                ledger, fact, cell, fact.reported_status if name == "status" else fact[name]
            )


def _facts_of(ledger: Ledger, figure: FigureId) -> Iterator[Fact]:
    for plan in ledger.programme.plans:
        if figure.plan in ("", plan.id):
            for code in _leaf_codes(plan, figure.code):
                yield from ledger.reported(plan.id, code)


_REPORTED = {field.name for field in REPORTED}


def _field(what: str) -> str:
    """The reported field that a figure is made of."""
    if what in MONEY or what == "reported spent":
        return "spent"
    if what == "achieved":
        return "result"
    return what if what in _REPORTED else "status"


def _leaf_codes(plan: Plan, code: str) -> list[str]:
    if not code:
        return [leaf.code for leaf in plan.leaves]
    item = plan.by_code.get(code)
    return [leaf.code for leaf in plan.leaves_under(item)] if item else []
