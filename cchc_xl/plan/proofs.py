"""A plan proves itself: parts against wholes, the activities against the money by agency.

The same proofs run when a decision is read and each time an officer has edited the plan.
"""

from __future__ import annotations

from collections import defaultdict

from ..findings.finding import Finding, Place, finding
from ..text.numbers import format_million
from .model import Plan, Programme


def prove_plan(plan: Plan) -> list[Finding]:
    """Every contradiction in the plan's money, every row without the row above it, and all
    money that is nobody's."""
    proofs = (_orphans, _without_holder, _children, _total, _allocations)
    return [found for proof in proofs for found in proof(plan)]


def prove_programme(programme: Programme) -> list[Finding]:
    """Every proof of every plan, and every row that no agency would report."""
    findings = []
    for plan in programme.plans:
        findings += [
            finding("no-reporter", leaf.assigned_at, leaf.title, item=leaf.code)
            for leaf in plan.leaves
            if not programme.reporters(leaf)
        ]
        findings += prove_plan(plan)
    return findings


def _orphans(plan: Plan) -> list[Finding]:
    return [
        finding("parent-missing", item.source, item.title, item=item.code, parent=item.parent)
        for item in plan.items
        if plan.parent_of(item) != item.parent
    ]


def _without_holder(plan: Plan) -> list[Finding]:
    return [
        finding(
            "no-holder",
            leaf.assigned_at,
            leaf.title,
            item=leaf.code,
            amount=format_million(leaf.budget),
        )
        for leaf in plan.leaves
        if leaf.budget and not leaf.budget_holder
    ]


def _children(plan: Plan) -> list[Finding]:
    findings = []
    for item in plan.items:
        children = plan.children(item.code)
        known = [row.budget for row in children if row.budget is not None]
        if item.budget and children and not known:
            amount = format_million(item.budget)
            findings.append(finding("budget-only-above", item.source, amount, item=item.code))
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
    if plan.total is None or not plan.items:
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
    first: dict[str, Place] = {}
    for leaf in plan.leaves:
        if leaf.budget and leaf.budget_holder:
            actual[leaf.budget_holder] += leaf.budget
            first.setdefault(leaf.budget_holder, leaf.assigned_at)
    findings = []
    places = {allocation.agency: allocation.source for allocation in plan.allocations}
    for agency, allocated in plan.allocated.items():
        held = actual.pop(agency, 0)
        if held != allocated:
            findings.append(
                finding(
                    "allocation-differs",
                    places[agency],
                    format_million(allocated),
                    agency=agency,
                    actual=format_million(held),
                )
            )
    for agency, held in actual.items():
        findings.append(
            finding("allocation-missing", first[agency], agency=agency, actual=format_million(held))
        )
    return findings
