"""The explanations of a year as they stand in its last period: one after the other, each for the
agency that answers for its row by now, and with whether the figures have stayed since."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ..findings.rules import RULES
from ..plan.explanations import Explanation
from ..plan.fates import Fate
from ..plan.model import Programme, row_key
from ..plan.periods import Period
from ..returns.returned import ReportedRow, Return


def explanations_of_year(
    programme: Programme, so_far: Sequence[tuple[Period, Sequence[Return]]]
) -> list[Explanation]:
    """Every explanation of the year so far, as one was given after the other: by agencies in any
    version of their returns, and then by officers. `so_far` are the year's periods in their order,
    this one last, with the returns of each."""
    given = [
        explanation
        for _, returns in so_far
        for one in sorted(returns, key=lambda one: (one.saved or one.arrived, one.file))
        if one.fate in (Fate.ACCEPTED, Fate.SUPERSEDED)
        for explanation in one.explanations
    ]
    now, _ = so_far[-1]
    months = {p.id: p.months for p in programme.periods if p.year == now.year}
    typed = [e for e in programme.explanations if months.get(e.period, 99) <= now.months]
    reported = [(period, _by_row(returns)) for period, returns in so_far]
    as_of_now = []
    for one in sorted([*given, *typed], key=lambda e: months[e.period]):
        since = [(p, rows) for p, rows in reported if p.months >= months[one.period]]
        changed = _changed(programme, one, since)
        as_of_now.append(one._replace(heir=_heir(programme, one, now), changed=changed))
    return as_of_now


Rows = Mapping[tuple[str, str], ReportedRow]  # by agency and the row's key


def _by_row(returns: Sequence[Return]) -> Rows:
    return {
        (one.agency, row_key(row.item.plan, row.item.code)): row
        for one in returns
        if one.fate == Fate.ACCEPTED
        for row in one.rows
    }


def _heir(programme: Programme, one: Explanation, period: Period) -> str:
    """The agency that explains in place of another by a period, "" where that one still does."""
    item = programme.plan_by_id[one.plan].by_code[one.code]
    return programme.heir(one.agency, item, period)


def _changed(programme: Programme, one: Explanation, since: Sequence[tuple[Period, Rows]]) -> str:
    """The name of the first period in which figures were reported that are not those of the last
    one, "" where they stayed. Nothing reported changes nothing."""
    said = {
        period.name: rows.get((_heir(programme, one, period) or one.agency, one.row))
        for period, rows in since
    }
    *_, now = said.values()
    for period, row in said.items():
        if row and now:
            judged = RULES[one.rule].judged
            if any(row[name] not in (None, "", now[name]) for name in judged):
                return period
    return ""
