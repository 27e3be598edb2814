"""The budgets of a programme by row and by agency, and the names that its agencies go by."""

from __future__ import annotations

from collections.abc import Iterator

from ..text.spelling import key
from .model import Item, Plan, Programme, row_key

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
                for name in row_and_above(plan, leaf):
                    budgets[name][holder] = (budgets[name].get(holder) or 0) + leaf.budget
    return budgets


def agency_names(programme: Programme) -> dict[str, str]:
    """The normal form of every name an agency has or had -> its name."""
    units = programme.registry.agencies
    names = {key(alias): unit.name for unit in units for alias in unit.aliases}
    return names | {key(unit.name): unit.name for unit in units}


def row_and_above(plan: Plan, item: Item) -> Iterator[str]:
    yield row_key(plan.id, item.code)
    for above in plan.ancestors(item):
        yield row_key(plan.id, above.code)
    yield plan.id
