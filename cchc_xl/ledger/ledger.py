"""Plan + returns -> Ledger: status and spending by row, task, plan and agency.

A missing figure stays missing: sums are over what was reported, and are empty where
nothing was. Every figure keeps the returned cells it was made of.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

from ..findings.finding import Finding, finding
from ..plan.choices import Rules
from ..plan.explanations import Settled, settle
from ..plan.fates import Fate
from ..plan.fields import REPORTED
from ..plan.model import Item, Plan, Programme, row_key
from ..plan.periods import Period
from ..plan.statuses import Status
from ..returns.returned import Return
from ..text.money import mean_known, percent_of, rest, sum_known
from ..text.numbers import format_million
from .checks import Checker, History, Issued, Past
from .facts import Fact
from .year_explanations import explanations_of_year


class Money:
    """Budget and spending in đồng, None where unknown, and what follows from them."""

    budget: int | None
    spent: int | None

    @property
    def left(self) -> int | None:
        return rest(self.budget, self.spent)

    @property
    def share(self) -> Decimal | None:
        """Spending in percent of the budget."""
        return percent_of(self.spent, self.budget)


@dataclass(frozen=True)
class ItemResult(Money):
    """A row of a plan with what was reported for it and below it.

    `budget` and `spent` in đồng, None where none is stated; `percent` the mean of those
    reported. `due` counts the reports asked for, `reported` those that came, `done` those
    that say Hoàn thành; `sources` are what came from returns.
    """

    item: Item
    status: Status
    percent: Decimal | None
    budget: int | None
    spent: int | None
    due: int
    reported: int
    done: int
    sources: tuple[Fact, ...]


@dataclass(frozen=True)
class AgencyResult(Money):
    """An agency in one plan. `budget` is what its activities hold, `allocated` what the
    decision gives it; `counts` says how many of its rows have each status."""

    plan: str
    agency: str
    budget: int | None
    allocated: int | None
    spent: int | None
    counts: dict[Status, int]

    @property
    def difference(self) -> int | None:
        """What its activities hold over what the decision gives it, in đồng; None where neither
        is stated."""
        if self.budget is None and self.allocated is None:
            return None
        return (self.budget or 0) - (self.allocated or 0)

    @property
    def due(self) -> int:
        """The rows that it must report."""
        return sum(self.counts.values())


@dataclass(frozen=True)
class Ledger:
    """All figures of a period. `facts` has one for each row and each agency that must report it,
    in the order of the plans; `explanations` are those of the year so far, in the order of
    agencies and rows."""

    programme: Programme
    period: Period
    returns: tuple[Return, ...]
    facts: tuple[Fact, ...]
    items: dict[tuple[str, str], ItemResult]
    agencies: tuple[AgencyResult, ...]
    findings: tuple[Finding, ...]
    explanations: tuple[Settled, ...] = ()

    def result(self, item: Item) -> ItemResult:
        return self.items[item.plan, item.code]

    def totals(self, plan: Plan) -> tuple[int | None, int | None]:
        """Budget and spending of a whole plan, in đồng."""
        tops = [self.result(item) for item in plan.children("")]
        return sum_known(top.budget for top in tops), sum_known(top.spent for top in tops)

    @cached_property
    def accepted(self) -> dict[str, Return]:
        return {one.agency: one for one in self.returns if one.fate == Fate.ACCEPTED}

    @cached_property
    def _facts_of(self) -> dict[tuple[str, str], dict[str, Fact]]:
        return _by_row(self.facts)

    def facts_of(self, plan: str, code: str) -> dict[str, Fact]:
        """agency -> what it says of a row, for all that must report it."""
        return self._facts_of.get((plan, code), {})

    def reported(self, plan: str, code: str) -> list[Fact]:
        """What came from returns for a row."""
        return [fact for fact in self.facts_of(plan, code).values() if fact.file]

    @cached_property
    def texts(self) -> dict[tuple[str, str], dict[str, list[tuple[str, str]]]]:
        """(plan, code) -> field -> (agency, what it wrote), where it wrote something."""
        texts: dict[tuple[str, str], dict[str, list[tuple[str, str]]]] = {}
        for field in REPORTED:
            for fact in self.facts:
                if field.kind.is_text and fact[field.name]:
                    fields = texts.setdefault((fact.plan, fact.code), {})
                    fields.setdefault(field.name, []).append((fact.agency, fact[field.name]))
        return texts

    @cached_property
    def missing(self) -> tuple[str, ...]:
        """The agencies that must report and have no accepted return."""
        due = self.programme.rows_by_agency(self.period)
        return tuple(agency for agency in due if agency not in self.accepted)


def consolidate(
    programme: Programme,
    period: Period,
    returns: Sequence[Return],
    earlier: Sequence[Ledger] = (),
    issued: Issued | None = None,
) -> Ledger:
    """Put the accepted returns of a period together, held to the rules. `earlier` are the
    year's periods before, in their order; `issued` what stood on the forms that were sent."""
    checker = Checker(programme, _history(programme, period, earlier), issued or {})
    checked: list[Finding] = []
    held = []
    for one in returns:
        if one.fate == Fate.ACCEPTED:
            one, found = checker.check(one)
            checked += found
        held.append(one)
    returns = held
    facts = tuple(_facts(programme, period, returns))
    items = _items(programme, _by_row(facts))
    together = _over_budget_together(items, programme.rules)
    so_far = [*((ledger.period, ledger.returns) for ledger in earlier), (period, returns)]
    checked, explained = settle(checked, explanations_of_year(programme, so_far))
    findings = [*checked, *together, *(f for r in returns for f in r.findings)]
    return Ledger(
        programme,
        period,
        tuple(returns),
        facts,
        items,
        tuple(_agencies(programme, period, facts)),
        tuple(sorted(findings, key=lambda f: f.sort_key)),
        tuple(_in_order(programme, explained)),
    )


def _history(programme: Programme, period: Period, earlier: Sequence[Ledger]) -> History:
    """What each agency reported last for each row, figure by figure: a period in which
    nothing was said does not hide what was said before. Who took a row over goes on from what
    was reported for it."""
    history: dict[tuple[str, str], Past] = {}
    for ledger in earlier:
        for one in ledger.accepted.values():
            for row in one.rows:
                agency = programme.heir(one.agency, row.item, period) or one.agency
                at = agency, row_key(row.item.plan, row.item.code)
                history[at] = history.get(at, Past()).followed_by(ledger.period.name, row)
    return history


def _in_order(programme: Programme, explained: Iterable[Settled]) -> list[Settled]:
    """By agency as in the registry, by row as in the plans."""
    agencies = {agency.name: at for at, agency in enumerate(programme.registry.agencies)}
    rows = [row_key(plan.id, item.code) for plan in programme.plans for item in plan.items]
    places = {row: at for at, row in enumerate(rows)}

    def place(one: Settled) -> tuple:
        what = one.explanation
        return agencies[what.agency], places[what.row], what.rule, what.value

    return sorted(explained, key=place)


def _over_budget_together(items: dict[tuple[str, str], ItemResult], rules: Rules) -> list[Finding]:
    """Rows on which no agency alone spent more than the budget, but all of them did."""
    code = "spent-over-budget-together"
    severity, limit = rules.severity(code), rules.threshold(code)
    return [
        finding(
            code,
            result.sources[0].place,
            format_million(result.spent),
            item=result.item.code,
            budget=format_million(result.budget),
            agencies="; ".join(source.agency for source in result.sources),
            severity=severity,
        )
        for result in items.values()
        if severity
        and result.reported > 1
        and result.item.reporters
        and result.budget is not None
        and result.spent is not None
        and result.spent * 100 > result.budget * limit
    ]


def _facts(programme: Programme, period: Period, returns: Sequence[Return]) -> Iterable[Fact]:
    reported = {
        (row.item.plan, row.item.code, one.agency): (one, row)
        for one in returns
        if one.fate == Fate.ACCEPTED
        for row in one.rows
    }
    for plan in programme.plans:
        for item in plan.leaves:
            for agency in programme.reporters(item, period):
                fact = Fact(plan.id, item.code, agency, programme.holder(item, period) or agency)
                if found := reported.get((plan.id, item.code, agency)):
                    one, row = found
                    fact = fact.with_row(one, row, status_at(item, row.status, period))
                yield fact


def _by_row(facts: Iterable[Fact]) -> dict[tuple[str, str], dict[str, Fact]]:
    """(plan, code) -> agency -> its fact."""
    rows: dict[tuple[str, str], dict[str, Fact]] = defaultdict(dict)
    for fact in facts:
        rows[fact.plan, fact.code][fact.agency] = fact
    return rows


def status_at(item: Item, status: Status | None, period: Period) -> Status:
    """The status that counts. A deadline that passed makes unfinished work overdue; work
    that is reported as not to be done stays so; no readable status is no report."""
    if status is None:
        return Status.NOT_REPORTED
    late = item.end is not None and item.end.last_day < period.overdue_before
    return Status.OVERDUE if late and status in (Status.NOT_STARTED, Status.IN_PROGRESS) else status


def combined_status(statuses: Iterable[Status]) -> Status:
    """The status of a row from those below it, or from its agencies: finished when all are,
    overdue as soon as one is."""
    found = set(statuses)
    if len(found) == 1:
        return found.pop()
    if Status.OVERDUE in found:
        return Status.OVERDUE
    if found <= {Status.DONE, Status.CANCELLED}:
        return Status.DONE
    if Status.DONE in found or Status.IN_PROGRESS in found:
        return Status.IN_PROGRESS
    return Status.NOT_REPORTED if Status.NOT_REPORTED in found else Status.NOT_STARTED


def _items(
    programme: Programme, facts: dict[tuple[str, str], dict[str, Fact]]
) -> dict[tuple[str, str], ItemResult]:
    results: dict[tuple[str, str], ItemResult] = {}
    for plan in programme.plans:
        for item in plan.leaves:
            own = list(facts.get((plan.id, item.code), {}).values())
            results[plan.id, item.code] = _leaf(item, own)
        for item in plan.items:
            if not plan.is_leaf(item):
                below = [results[plan.id, leaf.code] for leaf in plan.leaves_under(item)]
                results[plan.id, item.code] = _parent(item, plan, below)
    return results


def _leaf(item: Item, facts: Sequence[Fact]) -> ItemResult:
    """The result of a row of work from what its agencies say."""
    came = [fact for fact in facts if fact.file]
    return ItemResult(
        item=item,
        status=combined_status(f.status for f in facts) if facts else Status.NOT_REPORTED,
        percent=mean_known(fact.percent for fact in facts),
        budget=item.budget,
        spent=sum_known(fact.spent for fact in facts),
        due=len(facts),
        reported=len(came),
        done=sum(fact.status == Status.DONE for fact in facts),
        sources=tuple(came),
    )


def _parent(item: Item, plan: Plan, leaves: list[ItemResult]) -> ItemResult:
    """The result of a row from the leaves below it."""
    return ItemResult(
        item=item,
        status=combined_status(leaf.status for leaf in leaves),
        percent=mean_known(leaf.percent for leaf in leaves),
        budget=plan.budget_of(item),
        spent=sum_known(leaf.spent for leaf in leaves),
        due=sum(leaf.due for leaf in leaves),
        reported=sum(leaf.reported for leaf in leaves),
        done=sum(leaf.done for leaf in leaves),
        sources=tuple(source for leaf in leaves for source in leaf.sources),
    )


def _agencies(
    programme: Programme, period: Period, facts: Sequence[Fact]
) -> Iterable[AgencyResult]:
    """Money goes to the holder of the row, status to the agency that reports it."""
    spent: dict[tuple[str, str], list[int | None]] = defaultdict(list)
    counts: dict[tuple[str, str], Counter[Status]] = defaultdict(Counter)
    for fact in facts:
        spent[fact.plan, fact.holder].append(fact.spent)
        counts[fact.plan, fact.agency][fact.status] += 1
    for plan in programme.plans:
        budgets: dict[str, list[int]] = defaultdict(list)
        for leaf in plan.leaves:
            holder = programme.holder(leaf, period)
            if leaf.budget is not None and holder:
                budgets[holder].append(leaf.budget)
        for agency in programme.registry.agencies:
            name = agency.name
            amount = sum_known(spent[plan.id, name])
            own = counts[plan.id, name]
            if own or name in budgets or name in plan.allocated or amount is not None:
                yield AgencyResult(
                    plan=plan.id,
                    agency=name,
                    budget=sum_known(budgets.get(name, ())),
                    allocated=plan.allocated.get(name),
                    spent=amount,
                    counts={status: own[status] for status in Status},
                )
