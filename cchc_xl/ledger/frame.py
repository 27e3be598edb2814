"""Facts as a typed pandas frame, and facts of one: for analysts, and for sums over periods and
workspaces. Nothing else imports pandas, and this is imported where a frame is asked for.

A row is what one agency says of one row of a plan in one period. Money is in đồng, percentages
are 0-100; what is not known is <NA>, never 0. `status` counts a passed deadline, the
`reported_status` is as the agency chose it. `file`, `sheet` and `cell` are those of the spending,
or of the status where nothing was spent; each field has its own cell in a column of its name with
`_cell`. Work without a return that counts has no `file`.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pandas as pd

from ..plan.fields import REPORTED, Kind
from ..plan.statuses import Status
from ..text.money import exact
from .facts import Fact
from .ledger import Ledger

_STATUSES = pd.CategoricalDtype([str(status) for status in Status])
_OF_KIND = {
    Kind.STATUS: _STATUSES,
    Kind.PERCENT: "Float64",
    Kind.COUNT: "Int64",
    Kind.MONEY: "Int64",
}
_PLACE = ("file", "sheet", "cell")
# Column -> its type.
COLUMNS: dict[str, Any] = {
    **dict.fromkeys(("period", "plan", "code", "title", "agency", "holder"), "string"),
    **{field.name: _OF_KIND.get(field.kind, "string") for field in REPORTED},
    "reported_status": _STATUSES,
    **dict.fromkeys((*_PLACE, *(f"{field.name}_cell" for field in REPORTED)), "string"),
}


def frame_of(ledgers: Iterable[Ledger]) -> pd.DataFrame:
    """The facts of some periods, in the order of the plans."""
    rows = [
        {
            "period": ledger.period.id,
            "title": ledger.programme.plan_by_id[fact.plan].by_code[fact.code].title,
            **{name: getattr(fact, name) for name in ("plan", "code", "agency", "holder")},
            **fact.values,
            "percent": None if fact.percent is None else float(fact.percent),
            "reported_status": fact.reported_status,
            **{name: getattr(fact, name) or None for name in _PLACE},
            **{f"{name}_cell": cell for name, cell in fact.cells.items()},
        }
        for ledger in ledgers
        for fact in ledger.facts
    ]
    return pd.DataFrame(rows, columns=list(COLUMNS), dtype=object).astype(COLUMNS)


def facts_of(frame: pd.DataFrame) -> list[Fact]:
    """The facts of a frame with `COLUMNS`."""
    facts = []
    for record in frame.astype(object).to_dict("records"):
        one = {str(name): value for name, value in record.items() if not pd.isna(value)}
        said = {field: one[field.name] for field in REPORTED if field.name in one}
        reported = one.get("reported_status")
        facts.append(
            Fact(
                *(one[name] for name in ("plan", "code", "agency", "holder")),
                values={field.name: _value(field.kind, value) for field, value in said.items()},
                reported_status=Status(reported) if reported else None,
                **{name: one.get(name, "") for name in _PLACE},
                cells={f.name: one[at] for f in REPORTED if (at := f"{f.name}_cell") in one},
            )
        )
    return facts


def _value(kind: Kind, value: Any) -> object:
    if kind == Kind.STATUS:
        return Status(value)
    if kind == Kind.PERCENT:
        return exact(float(value))
    return str(value) if kind.is_text else int(value)
