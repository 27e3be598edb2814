"""A plan proves itself: parts against wholes, the activities against the money by agency.

The same proofs run when a decision is read and each time an officer has edited the plan.
"""

from __future__ import annotations

from collections import defaultdict

from .findings import Finding, finding
from .plan import Plan
from .vietnamese import format_million


def prove_plan(plan: Plan) -> list[Finding]:
    """Every contradiction in the plan's money, every row without the row above it, and every
    row that nobody answers for."""
    return [
        *_orphans(plan),
        *_unassigned(plan),
        *_children(plan),
        *_total(plan),
        *_allocations(plan),
    ]


def _orphans(plan: Plan) -> list[Finding]:
    return [
        finding("parent-missing", item.source, item.title, item=item.code, parent=item.parent)
        for item in plan.items
        if plan.parent_of(item) != item.parent
    ]


def _unassigned(plan: Plan) -> list[Finding]:
    findings = []
    for leaf in plan.leaves:
        if not leaf.reporters:
            findings.append(finding("no-reporter", leaf.source, leaf.title, item=leaf.code))
        if leaf.budget and not leaf.budget_holder:
            amount = format_million(leaf.budget)
            findings.append(
                finding("no-holder", leaf.source, leaf.title, item=leaf.code, amount=amount)
            )
    return findings


def _children(plan: Plan) -> list[Finding]:
    findings = []
    for item in plan.items:
        known = [row.budget for row in plan.children(item.code) if row.budget is not None]
        if item.budget is not None and known and sum(known) != item.budget:
            findings.append(
                finding(
                    "children-do-not-add-up",
                    item.source,
                    format_million(item.budget),
                    item=item.code,
                    actual=format_million(sum(known)),
                )
            )
    return findings


def _total(plan: Plan) -> list[Finding]:
    if plan.total is None or not plan.has_budget:
        return []
    findings = []
    tasks = sum(item.budget or 0 for item in plan.children(""))
    place = plan.items[0].source._replace(cell="")
    if tasks != plan.total:
        findings.append(
            finding(
                "total-does-not-add-up",
                place,
                format_million(plan.total),
                actual=format_million(tasks),
            )
        )
    allocated = sum(allocation.budget for allocation in plan.allocations)
    if plan.allocations and allocated != plan.total:
        findings.append(
            finding(
                "allocations-do-not-add-up",
                plan.allocations[0].source,
                format_million(plan.total),
                actual=format_million(allocated),
            )
        )
    return findings


def _allocations(plan: Plan) -> list[Finding]:
    """Điều 1 against the activities, agency by agency."""
    if not plan.allocations:
        return []
    actual: defaultdict[str, int] = defaultdict(int)
    for leaf in plan.leaves:
        if leaf.budget and leaf.budget_holder:
            actual[leaf.budget_holder] += leaf.budget
    allocated = {allocation.agency: allocation for allocation in plan.allocations}
    findings = []
    for agency in dict.fromkeys([*allocated, *actual]):
        budget = allocated[agency].budget if agency in allocated else 0
        if budget != actual[agency]:
            place = (allocated.get(agency) or plan.allocations[0]).source
            findings.append(
                finding(
                    "allocation-differs",
                    place,
                    format_million(budget),
                    agency=agency,
                    actual=format_million(actual[agency]),
                )
            )
    return findings
