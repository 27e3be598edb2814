"""Who reports a row, and whose money it is, from who leads it.

Decisions name leads loosely: one agency, two, a group, nobody. The rules here give each
row an answer and say where a person must confirm it.
"""

from __future__ import annotations

from dataclasses import replace

from ..findings.finding import Finding, finding
from ..plan.agencies import Registry
from ..plan.model import Item, Plan


def assign(plan: Plan, registry: Registry) -> tuple[Plan, list[Finding]]:
    """The plan with `reporters` and `budget_holder` on every row without children.

    * Agencies that lead a row report it, and the first holds its money.
    * A row led by a group only is reported by the lead of the nearest row above that has
      one, and its money is booked there (so Điều 1's amounts come out in Quyết định
      3598/QĐ-UBND, output 6.3).
    * Where no row above has a lead (Quyết định 2784/QĐ-UBND), the row asks each member of
      the group.
    """
    findings: list[Finding] = []
    items = []
    for item in plan.items:
        if plan.is_leaf(item):
            item = _assigned(item, plan, registry, findings)
        items.append(item)
    return replace(plan, items=tuple(items)), findings


def _assigned(item: Item, plan: Plan, registry: Registry, findings: list[Finding]) -> Item:
    agencies = tuple(name for name in item.leads if registry.is_agency(name))
    groups = tuple(name for name in item.leads if name in registry.group_by_name)
    above = _lead_above(item, plan, registry)
    printed = "; ".join(item.leads)

    if agencies:
        reporters = agencies
        confirm = len(agencies) < len(item.leads)
    elif above:
        reporters = (above,)
        confirm = True
    else:
        reporters = tuple(name for name in groups if registry.members(name))
        confirm = False
    if confirm:
        findings.append(
            finding(
                "reporter-to-confirm",
                item.source,
                printed or "(để trống)",
                item=item.code,
                resolved="; ".join(reporters),
            )
        )
    holder = ""
    if plan.has_budget:
        holder = agencies[0] if agencies else above
        if item.budget and len(agencies) > 1:
            findings.append(
                finding("holder-to-confirm", item.source, printed, item=item.code, resolved=holder)
            )
    return replace(item, reporters=reporters, budget_holder=holder)


def _lead_above(item: Item, plan: Plan, registry: Registry) -> str:
    for row in plan.ancestors(item):
        for name in row.leads:
            if registry.is_agency(name):
                return name
    return ""
