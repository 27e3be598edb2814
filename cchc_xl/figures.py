"""What the functions in cells answer from: the figures of a period as they were last
consolidated, kept in a small JSON file of the workspace.

A row is named `plan|code`, a whole plan by its id alone. `of` gives the part of each agency:
money by whose money it is, status by who reports. Money in đồng, null where nothing is known.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from .forms import row_key
from .plan import Item, Plan, Programme
from .vietnamese import key

if TYPE_CHECKING:  # brings in pandas
    from .consolidate import Ledger

# key of a row -> agency, or "" for all of them -> đồng
Budgets = dict[str, dict[str, int | None]]


def budgets_of(programme: Programme) -> Budgets:
    """The budgets of a plan's rows, and what each agency holds of them at the year's end:
    where one succeeds another, the successor."""
    period = programme.periods[-1] if programme.periods else None
    budgets: Budgets = {}
    for plan in programme.plans:
        budgets[plan.id] = {"": plan.budget_of(None)}
        for item in plan.items:
            budgets[row_key(plan.id, item.code)] = {"": plan.budget_of(item)}
        for leaf in plan.leaves:
            holder = programme.holder(leaf, period)
            if leaf.budget is not None and holder:
                for name in _row_and_above(plan, leaf):
                    budgets[name][holder] = (budgets[name].get(holder) or 0) + leaf.budget
    return budgets


def figures_of(ledger: Ledger) -> bytes:
    """The figures of a period as JSON; the same ledger gives the same bytes."""
    from .consolidate import combined_status

    programme = ledger.programme
    rows: dict[str, dict[str, Any]] = {}
    for plan in programme.plans:
        whole = combined_status(ledger.result(leaf).status for leaf in plan.leaves)
        rows[plan.id] = {"status": whole, "spent": ledger.totals(plan)[1]}
        for item in plan.items:
            result = ledger.result(item)
            rows[row_key(plan.id, item.code)] = {"status": result.status, "spent": result.spent}
    statuses: dict[tuple[str, str], list[str]] = defaultdict(list)
    spent: dict[tuple[str, str], int] = defaultdict(int)
    sources: dict[str, list[list[str]]] = defaultdict(list)
    facts = ledger.facts.astype(object).where(ledger.facts.notna(), None)
    for fact in facts.itertuples(index=False):
        plan = programme.plan_by_id[fact.plan]
        for name in _row_and_above(plan, plan.by_code[fact.code]):
            statuses[name, fact.agency].append(fact.status)
            if fact.spent is not None:
                spent[name, fact.holder] += fact.spent
            if fact.file:
                arrived = ledger.accepted[fact.agency].arrived
                source = [fact.agency, fact.holder, fact.file, fact.sheet, fact.cell]
                sources[name].append([*source, f"{arrived:%d/%m/%Y %H:%M}"])
    for name, row in rows.items():
        row["sources"] = sources[name]
        row["of"] = defaultdict(dict)
    for (name, agency), found in statuses.items():
        rows[name]["of"][agency]["status"] = combined_status(found)
    for (name, agency), dong in spent.items():
        rows[name]["of"][agency]["spent"] = dong
    content = {
        "period": ledger.period.id,
        "name": ledger.period.name,
        "year": ledger.period.year,
        "months": ledger.period.months,
        "agencies": agency_names(programme),
        "budgets": budgets_of(programme),
        "rows": rows,
    }
    return json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode("utf-8")


def agency_names(programme: Programme) -> dict[str, str]:
    """The normal form of every name an agency has or had -> its name."""
    units = programme.registry.agencies
    names = {key(alias): unit.name for unit in units for alias in unit.aliases}
    return names | {key(unit.name): unit.name for unit in units}


def _row_and_above(plan: Plan, item: Item) -> Iterator[str]:
    yield row_key(plan.id, item.code)
    for above in plan.ancestors(item):
        yield row_key(plan.id, above.code)
    yield plan.id
