"""The figures of a period as the audit works them out: whole đồng and exact fractions, from single
reports up to whole plans. Written from README's "What the figures mean", and shared with nothing
that the product counts with."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from typing import NamedTuple

from ..master.layout import NOT_RETURNED
from ..plan.fates import Fate
from ..plan.model import Item, Plan, Programme
from ..plan.periods import Period
from ..plan.statuses import Status

_MOST_AGENCIES = 60  # of a sheet with rows against agencies


@dataclass(frozen=True)
class Fact:
    """What one agency reports of one row: `came` where its accepted return has the row filled in.
    `holder` is whose money it is; `cells` where each figure stands in the return."""

    plan: Plan
    item: Item
    agency: str
    holder: str
    came: bool = False
    reported: str = ""
    percent: Decimal | None = None
    spent: int | None = None
    counts: dict[str, object] = field(default_factory=dict)
    texts: dict[str, str] = field(default_factory=dict)
    file: str = ""
    sheet: str = ""
    cells: dict[str, str] = field(default_factory=dict)
    status: str = Status.NOT_REPORTED

    @property
    def whose(self) -> tuple[str, str, str]:
        return self.plan.id, self.item.code, self.agency

    def days_late(self, period: Period) -> int:
        """Of overdue work, by the last day that counts. Raises ValueError for other work."""
        if self.status != Status.OVERDUE or self.item.end is None:
            raise ValueError(self.status)
        return (period.overdue_before - self.item.end.last_day).days - 1

    def source(self, name: str) -> str:
        return f"{self.agency}: {self.file}, {self.sheet}, {self.cells.get(name) or '?'}"


class Came(NamedTuple):
    """What came from an agency that must report: the return that counts, else the newest;
    `answered` is the file that the agency is answered about, the newest not used where that came
    later."""

    agency: str
    state: str
    accepted: bool
    file: str = ""
    arrived: datetime.datetime | None = None
    late: int | None = None
    answered: str = ""

    @property
    def punctuality(self) -> str:
        if not self.accepted:
            return self.state
        return "Trễ" if self.late else "Đúng hạn"


def what_came(
    programme: Programme, period: Period, returns: Sequence[Mapping[str, str]]
) -> dict[str, Came]:
    """By agency, in the registry's order; `returns` are those of the journal's record."""
    came = {}
    for agency in programme.rows_by_agency(period):
        own = [one for one in returns if one["agency"] == agency]
        counts = [one for one in own if one["fate"] == Fate.ACCEPTED]
        if not own:
            came[agency] = Came(agency, NOT_RETURNED, accepted=False)
            continue
        newest = counts[0] if counts else max(own, key=lambda one: moment(one["arrived"]))
        arrived = moment(newest["arrived"])
        # Punctual by the first that could be used; "before a day" makes the day itself one late.
        usable = [
            moment(one["arrived"]) for one in own if one["fate"] in (Fate.ACCEPTED, Fate.SUPERSEDED)
        ]
        late = (min(usable, default=arrived).date() - period.due_before).days + 1
        asked = max(
            (one for one in own if one["fate"] in (Fate.ACCEPTED, Fate.REJECTED)),
            key=lambda one: (moment(one["arrived"]), one["fate"] == Fate.ACCEPTED),
            default={"file": ""},
        )
        came[agency] = Came(
            agency,
            Fate(newest["fate"]).words,
            bool(counts),
            newest["file"],
            arrived,
            late if late > 0 else None,
            asked["file"],
        )
    return came


def moment(text: str) -> datetime.datetime:
    return datetime.datetime.fromisoformat(text)


def status_on(item: Item, reported: str, period: Period) -> str:
    """A deadline whose month ended before the day makes unfinished work overdue."""
    if not reported:
        return Status.NOT_REPORTED
    unfinished = reported in (Status.NOT_STARTED, Status.IN_PROGRESS)
    if unfinished and item.end is not None and item.end.last_day < period.overdue_before:
        return Status.OVERDUE
    return reported


def status_of_all(statuses: Iterable[str]) -> str:
    """Of several reports or rows together: overdue as soon as one is; finished when all are, what
    is not to be done aside; under way once one is finished or under way."""
    kinds = set(statuses)
    if not kinds:
        return Status.NOT_REPORTED
    if len(kinds) == 1:
        return next(iter(kinds))
    if Status.OVERDUE in kinds:
        return Status.OVERDUE
    if kinds == {Status.DONE, Status.CANCELLED}:
        return Status.DONE
    if kinds & {Status.DONE, Status.IN_PROGRESS}:
        return Status.IN_PROGRESS
    return Status.NOT_REPORTED if Status.NOT_REPORTED in kinds else Status.NOT_STARTED


def total(amounts: Iterable[int | None]) -> int | None:
    """The sum of what is known; None where nothing is."""
    known = [amount for amount in amounts if amount is not None]
    return sum(known) if known else None


def share(part: int | None, whole: int | None) -> Fraction | None:
    """In percent; None where one is unknown or there is no whole."""
    return Fraction(part * 100, whole) if whole and part is not None else None


def less(amount: int | None, taken: int | None) -> int | None:
    return None if amount is None or taken is None else amount - taken


def mean(values: Iterable[Fraction | None]) -> Fraction | None:
    known = [value for value in values if value is not None]
    return Fraction(sum(known), len(known)) if known else None


@dataclass
class Figures:
    """A period's reports, what came for it, and everything that follows from them."""

    programme: Programme
    period: Period
    facts: Sequence[Fact]
    came: Mapping[str, Came]

    @cached_property
    def by_row_and_agency(self) -> dict[tuple[str, str, str], Fact]:
        return {fact.whose: fact for fact in self.facts}

    @cached_property
    def _by_row(self) -> dict[tuple[str, str], list[Fact]]:
        rows: dict[tuple[str, str], list[Fact]] = {}
        for fact in self.facts:
            rows.setdefault((fact.plan.id, fact.item.code), []).append(fact)
        return rows

    def of(self, plan: Plan, item: Item) -> list[Fact]:
        """The reports of a row of work."""
        return self._by_row.get((plan.id, item.code), [])

    def below(self, plan: Plan, item: Item | None) -> list[Fact]:
        """The reports of all work below a row, or of a whole plan."""
        return [fact for leaf in leaves(plan, item) for fact in self.of(plan, leaf)]

    def status(self, plan: Plan, item: Item) -> str:
        """Of a row of work from its reports, of a row above it from the rows of work below."""
        if plan.is_leaf(item):
            return status_of_all(fact.status for fact in self.of(plan, item))
        return status_of_all(self.status(plan, leaf) for leaf in leaves(plan, item))

    def percent(self, plan: Plan, item: Item) -> Fraction | None:
        if plan.is_leaf(item):
            reported = [fact.percent for fact in self.of(plan, item)]
            return mean(None if one is None else Fraction(one) for one in reported)
        return mean(self.percent(plan, leaf) for leaf in leaves(plan, item))

    def spent(self, plan: Plan, item: Item | None = None) -> int | None:
        return total(fact.spent for fact in self.below(plan, item))

    def of_leaf(self, plan: Plan, leaf: Item) -> tuple[object, ...]:
        """All that is known of a row of work."""
        return self.status(plan, leaf), self.percent(plan, leaf), self.spent(plan, leaf)

    def sources(self, name: str, facts: Iterable[Fact]) -> tuple[str, ...]:
        """The returned cells of a field behind a figure."""
        return tuple(fact.source(name) for fact in facts if fact.cells.get(name))


def leaves(plan: Plan, item: Item | None) -> list[Item]:
    """The rows of work below a row, or in a whole plan, in the plan's order."""
    if item is None:
        return [one for one in plan.items if plan.is_leaf(one)]
    if plan.is_leaf(item):
        return [item]
    return [leaf for child in plan.children(item.code) for leaf in leaves(plan, child)]


def budget(plan: Plan, item: Item | None) -> int | None:
    """What stands below a row, or else on the row itself."""
    children = plan.children(item.code if item else "")
    below = total(budget(plan, child) for child in children)
    return item.budget if below is None and item is not None else below


def added(so_far: Sequence[Figures], at: int, plan: Plan, leaf: Item) -> int | None:
    """What was spent in a period itself: less the last cumulative figure before it."""
    now = so_far[at].spent(plan, leaf)
    if now is None:
        return None
    before = [past.spent(plan, leaf) for past in so_far[:at]]
    known = [amount for amount in before if amount is not None]
    return now - (known[-1] if known else 0)


def is_matrix(plan: Plan, now: Figures) -> bool:
    """Whether a plan's rows are shown against agencies: several answer for one, not too many."""
    most = max((len(now.of(plan, leaf)) for leaf in leaves(plan, None)), default=0)
    agencies = {fact.agency for fact in now.below(plan, None)}
    return most > 1 and not plan.has_budget and len(agencies) <= _MOST_AGENCIES
