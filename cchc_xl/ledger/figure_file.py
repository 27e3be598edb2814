"""What the functions in cells answer from: the figures of a period as they were last
consolidated, kept in a small JSON file of the workspace.

A row is named `plan|code`, a whole plan by its id alone. `of` gives the part of each agency:
money by whose money it is, status by who reports. Money in đồng, null where nothing is known.
"""

from __future__ import annotations

import json
from collections import defaultdict
from typing import Any

from ..plan.budgets import agency_names, budgets_of, row_and_above
from ..plan.model import row_key
from ..plan.statuses import Status
from .ledger import Ledger, combined_status


def figures_of(ledger: Ledger) -> bytes:
    """The figures of a period as JSON; the same ledger gives the same bytes."""
    programme = ledger.programme
    rows: dict[str, dict[str, Any]] = {}
    for plan in programme.plans:
        whole = combined_status(ledger.result(leaf).status for leaf in plan.leaves)
        rows[plan.id] = {"status": whole, "spent": ledger.totals(plan)[1]}
        for item in plan.items:
            result = ledger.result(item)
            rows[row_key(plan.id, item.code)] = {"status": result.status, "spent": result.spent}
    statuses: dict[tuple[str, str], list[Status]] = defaultdict(list)
    spent: dict[tuple[str, str], int] = defaultdict(int)
    sources: dict[str, list[list[str]]] = defaultdict(list)
    for fact in ledger.facts:
        plan = programme.plan_by_id[fact.plan]
        for name in row_and_above(plan, plan.by_code[fact.code]):
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
