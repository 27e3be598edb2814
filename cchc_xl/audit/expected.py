"""Every figure of the index worked out once more: what it is called -> its exact value, and the
returned cells that it is made of."""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from typing import Any, NamedTuple

from ..findings.rules import RULES
from ..plan import figures as kinds
from ..plan.fates import Fate
from ..plan.figures import CHANGE, FOUND, HELD, JUDGED, MONEY, ROWS, FigureId
from ..plan.model import Item, Plan, Programme
from ..plan.periods import collections_due
from ..plan.statuses import Status
from .explanations import Given
from .figures import Came, Fact, Figures, added, budget, leaves, less, share, total
from .issued import Value
from .returns import COUNTS, TEXTS
from .targets import Judged, judged

_LETTERS = dict(zip(Status, "✓ĐCQK–", strict=True))
NOT_DUE = "Không phải nộp"
_EXPLAINED = ("explained", "explained value", "explanation", "explained state")


class NoSuchFigureError(Exception):
    """A figure that there should not be, or that nobody can work out."""


class FileThatCame(NamedTuple):
    """A file of the journal's record."""

    agency: str
    fate: str
    arrived: datetime.date
    saved: datetime.date | None
    sha256: str


@dataclass
class Expected:
    """The figures of a period, the last of `so_far`, as they should be. `found` counts the
    findings by file and severity; `explained` are explanations with what became of them."""

    so_far: Sequence[Figures]
    files: Mapping[str, FileThatCame]
    found: Mapping[tuple[str, str], int]
    explained: Mapping[Given, str]

    @property
    def now(self) -> Figures:
        return self.so_far[-1]

    @property
    def programme(self) -> Programme:
        return self.now.programme

    # ------------------------------------------------------------------ one figure

    def value(self, figure: FigureId) -> Value:
        """What stands in the cell of a figure, money in triệu đồng. Raises NoSuchFigureError."""
        rule: Callable[[FigureId, Figures], Any] = self._rule(figure.what)
        try:
            found = rule(figure._replace(what=figure.what.partition(":")[0]), self._at(figure))
        except (KeyError, StopIteration, ValueError) as error:
            raise NoSuchFigureError from error
        return Fraction(found) if isinstance(found, int | Decimal) else found

    def sources(self, figure: FigureId) -> tuple[str, ...]:
        """The returned cells behind a figure."""
        what = figure.what.partition(":")[0].removeprefix(CHANGE).removeprefix(HELD)
        name = {"achieved": "result", "reported spent": "spent"}.get(what, what)
        if what in MONEY:
            name = "spent"
        elif name not in ("percent", "spent", "result"):
            name = "status"
        try:
            now = self._at(figure)
            return now.sources(name, self._facts(figure, now, by_holder=what in MONEY))
        except (KeyError, StopIteration):
            return ()

    def _at(self, figure: FigureId) -> Figures:
        at = figure.period or self.now.period.id
        return next(one for one in self.so_far if one.period.id == at)

    def _rule(self, what: str) -> Callable[[FigureId, Figures], Any]:
        what, _, which = what.partition(":")
        if what in _EXPLAINED:
            return lambda figure, now: self._explanation(figure, which)
        if what in ("target", "achieved", "verdict"):
            return lambda figure, now: self._judged(figure, which)
        for prefix, rule in (
            (CHANGE, self._change),
            (JUDGED, self._judged_so),
            (FOUND, self._found),
            (HELD, self._held),
            (ROWS, self._of_rows),
        ):
            if what.startswith(prefix):
                return rule
        if what in tuple(Status):
            return lambda figure, now: sum(one.status == what for one in self._facts(figure, now))
        rules = {**self._money, **self._work, **self._came}
        if what not in rules:
            raise NoSuchFigureError(what)
        return rules[what]

    # ------------------------------------------------------------------ whose it is

    def plan(self, figure: FigureId) -> Plan:
        return self.programme.plan_by_id[figure.plan]

    def item(self, figure: FigureId) -> Item:
        return self.plan(figure).by_code[figure.code]

    def _scopes(self, figure: FigureId) -> list[tuple[Plan, Item | None]]:
        """The row of a figure, its whole plan, or all plans."""
        if figure.code:
            return [(self.plan(figure), self.item(figure))]
        plans = [self.plan(figure)] if figure.plan else self.programme.plans
        return [(plan, None) for plan in plans]

    def _facts(self, figure: FigureId, now: Figures, *, by_holder: bool = False) -> list[Fact]:
        facts = [fact for scope in self._scopes(figure) for fact in now.below(*scope)]
        if not figure.agency:
            return facts
        return [f for f in facts if (f.holder if by_holder else f.agency) == figure.agency]

    def fact(self, figure: FigureId, now: Figures | None = None) -> Fact:
        """The report of an agency on a row."""
        return (now or self.now).by_row_and_agency[figure.plan, figure.code, figure.agency]

    def _leaves(self, figure: FigureId) -> list[tuple[Plan, Item]]:
        return [(plan, leaf) for plan, item in self._scopes(figure) for leaf in leaves(plan, item)]

    # ------------------------------------------------------------------------ money

    @cached_property
    def _money(self) -> Mapping[str, Callable]:
        amounts = {
            "budget": self._budget,
            "allocated": self._allocated,
            "spent": self._spent,
            "left": lambda f, now: less(self._budget(f, now), self._spent(f, now)),
            "difference": self._difference,
            "added": self._added,
            "change": lambda f, now: less(
                self._spent(f, now), self._spent(f, self.before or now) if self.before else None
            ),
            "reported spent": lambda f, now: self.fact(f, now).spent,
        }
        return {
            **{what: self._in_million(amount) for what, amount in amounts.items()},
            "share": lambda f, now: share(self._spent(f, now), self._budget(f, now)),
        }

    @property
    def before(self) -> Figures | None:
        return self.so_far[-2] if len(self.so_far) > 1 else None

    @staticmethod
    def _in_million(amount: Callable[[FigureId, Figures], int | None]) -> Callable:
        def million(figure: FigureId, now: Figures) -> Fraction | None:
            dong = amount(figure, now)
            return None if dong is None else Fraction(dong, 10**6)

        return million

    def _budget(self, figure: FigureId, now: Figures) -> int | None:
        if figure.agency or figure.what.startswith(HELD):
            return total(amount for _, amount in self._held_by(figure, now))
        return total(budget(plan, item) for plan, item in self._scopes(figure))

    def _held_by(self, figure: FigureId, now: Figures) -> Iterable[tuple[str, int | None]]:
        """The budgets of rows of work by the agency whose money they are."""
        for _, leaf in self._leaves(figure):
            holder = self.programme.holder(leaf, now.period)
            if holder and figure.agency in ("", holder):
                yield holder, leaf.budget

    @property
    def with_budget(self) -> set[str]:
        """The agencies that hold money by the plans."""
        held = self._held_by(FigureId("budget"), self.now)
        return {holder for holder, amount in held if amount}

    @property
    def agencies(self) -> set[str]:
        """Those with money of any kind, or work."""
        given = {one.agency for plan in self.programme.plans for one in plan.allocations}
        held = self._held_by(FigureId("budget"), self.now)
        named = {holder for holder, amount in held if amount is not None} | given
        named |= {fact.agency for fact in self.now.facts}
        named |= {fact.holder for fact in self.now.facts if fact.spent is not None}
        return named & self.programme.registry.by_name.keys()

    def _allocated(self, figure: FigureId, now: Figures) -> int | None:
        given = [one for plan in self.programme.plans for one in plan.allocations]
        return total(one.budget for one in given if figure.agency in ("", one.agency))

    def _difference(self, figure: FigureId, now: Figures) -> int | None:
        """Of what is stated at all: money that only one side knows differs too."""
        planned, given = self._budget(figure, now), self._allocated(figure, now)
        return None if planned is None and given is None else (planned or 0) - (given or 0)

    def _spent(self, figure: FigureId, now: Figures) -> int | None:
        return total(fact.spent for fact in self._facts(figure, now, by_holder=True))

    def _added(self, figure: FigureId, now: Figures) -> int | None:
        at = self.so_far.index(now)
        return total(added(self.so_far, at, plan, leaf) for plan, leaf in self._leaves(figure))

    def _held(self, figure: FigureId, now: Figures) -> object:
        return self._money[figure.what.removeprefix(HELD)](figure, now)

    # ------------------------------------------------------------------------- work

    @cached_property
    def _work(self) -> Mapping[str, Callable]:
        return {
            **{name: lambda f, now, name=name: self.fact(f, now).texts.get(name) for name in TEXTS},
            **{
                name: lambda f, now, name=name: self.fact(f, now).counts.get(name)
                for name in COUNTS
            },
            "status": self._status,
            "letter": lambda f, now: _LETTERS[Status(self.fact(f, now).status)],
            "percent": self._percent,
            "due": lambda f, now: len(self._facts(f, now)),
            "done share": self._done_share,
            "done of due": self._done_of_due,
            "collections": self._collections,
            "days late": lambda f, now: self.fact(f, now).days_late(now.period),
            kinds.OVERDUE_DAY: lambda f, now: (
                now.period.overdue_before - datetime.timedelta(days=1)
            ),
            kinds.CHANGED_ROWS: lambda f, now: len(self.changed_rows()),
        }

    def _status(self, figure: FigureId, now: Figures) -> str:
        if figure.agency:
            return self.fact(figure, now).status
        return now.status(self.plan(figure), self.item(figure))

    def _percent(self, figure: FigureId, now: Figures) -> Fraction | None:
        if figure.agency:
            percent = self.fact(figure, now).percent
            return None if percent is None else Fraction(percent)
        return now.percent(self.plan(figure), self.item(figure))

    def _done_share(self, figure: FigureId, now: Figures) -> Fraction | None:
        facts = self._facts(figure, now)
        return share(sum(fact.status == Status.DONE for fact in facts), len(facts))

    def _done_of_due(self, figure: FigureId, now: Figures) -> str:
        facts = self._facts(figure, now)
        done = sum(fact.status == Status.DONE for fact in facts)
        return f"{done}/{len(facts)}" if facts else ""

    def _of_rows(self, figure: FigureId, now: Figures) -> object:
        """Counts of rows of work, each as all its agencies together have done it."""
        work = self._leaves(figure)
        what = figure.what.removeprefix(ROWS)
        if what == "budget":
            dong = total(leaf.budget for _, leaf in work)
            return None if dong is None else Fraction(dong, 10**6)
        kinds = Counter(now.status(plan, leaf) for plan, leaf in work)
        if what == "due":
            return len(work)
        return share(kinds[Status.DONE], len(work)) if what == "done share" else kinds[Status(what)]

    def _collections(self, figure: FigureId, now: Figures) -> str:
        """How many of the collections due by now there were: those into which a period fell whose
        reports all came."""
        plan, item = self.plan(figure), self.item(figure)
        if not item.frequency:
            return ""
        complete = [
            past.period
            for past in self.so_far
            if (facts := past.below(plan, item)) and all(fact.came for fact in facts)
        ]
        due = collections_due(item.frequency, now.period)
        if due is None:
            return "Đã thu thập" if now.period in complete else "Chưa đủ"
        a_year = collections_due(item.frequency, replace(now.period, months=12)) or 0
        done = {min(-(-past.months * a_year // 12), due) for past in complete}
        return f"{len(done - {0})}/{due}" if due else "Chưa đến kỳ"

    def changed_rows(self) -> set[tuple[str, str]]:
        """The rows of work whose status, percentage or spending the period before had otherwise."""
        before = self.before
        if before is None:
            return set()
        return {
            (plan.id, leaf.code)
            for plan, leaf in self._leaves(FigureId(""))
            if len({one.of_leaf(plan, leaf) for one in (before, self.now)}) > 1
        }

    # ------------------------------------------------------------------ since, targets

    def _change(self, figure: FigureId, now: Figures) -> Fraction | None:
        plain = figure._replace(what=figure.what.removeprefix(CHANGE))
        if self.before is None:
            return None
        here, then = self.value(plain), self.value(plain._replace(period=self.before.period.id))
        if not isinstance(here, Fraction) or not isinstance(then, Fraction):
            return None
        return here - then

    @cached_property
    def targets(self) -> list[Judged]:
        return list(judged(self.now))

    @cached_property
    def _by_verdict(self) -> dict[FigureId, Judged]:
        return {one.verdict_id: one for one in self.targets}

    def target(self, figure: FigureId) -> Judged:
        """The target that a figure is of."""
        which = figure.what.partition(":")[2]
        return self._by_verdict[figure._replace(what=f"verdict:{which}", period="")]

    def _judged(self, figure: FigureId, which: str) -> object:
        one = self.target(figure._replace(what=f":{which}"))
        if figure.what == "verdict":
            return one.verdict
        return one.achieved if figure.what == "achieved" else one.target and one.target.value

    def _judged_so(self, figure: FigureId, now: Figures) -> int:
        verdict = figure.what.removeprefix(JUDGED)
        return sum(verdict in ("", one.verdict) for one in self.targets)

    def given(self, figure: FigureId) -> Given:
        """The explanation that a figure is a part of."""
        which = figure.what.partition(":")[2]
        return next(
            one
            for one in self.explained
            if (f"{one.rule}:{one.value}:{one.period}", one.agency) == (which, figure.agency)
            and one.plan_and_code == (figure.plan, figure.code)
        )

    def _explanation(self, figure: FigureId, which: str) -> str:
        one = self.given(figure._replace(what=f":{which}"))
        parts = (RULES[one.rule].what, one.value, one.text, self.explained[one])
        return parts[_EXPLAINED.index(figure.what)]

    # ---------------------------------------------------------------------- what came

    @cached_property
    def _came(self) -> Mapping[str, Callable]:
        def count(which: Callable[[Came], object]) -> Callable[[FigureId, Figures], int]:
            return lambda figure, now: sum(bool(which(one)) for one in now.came.values())

        return {
            kinds.DUE: count(lambda one: True),
            kinds.CAME: count(lambda one: one.accepted),
            kinds.IN_TIME: count(lambda one: one.accepted and not one.late),
            kinds.CAME_LATE: count(lambda one: one.accepted and one.late),
            kinds.MISSING: count(lambda one: not one.accepted),
            kinds.WITH_OVERDUE: lambda f, now: len(
                {one.agency for one in now.facts if one.status == Status.OVERDUE}
            ),
            kinds.DUE_DAY: lambda f, now: now.period.due_before,
            kinds.PUNCTUALITY: lambda f, now: (
                one.punctuality if (one := now.came.get(f.agency)) else NOT_DUE
            ),
            kinds.STATE: lambda f, now: now.came[f.agency].state,
            kinds.ARRIVED: lambda f, now: (
                moment.date() if (moment := now.came[f.agency].arrived) else None
            ),
            kinds.LATE: lambda f, now: now.came[f.agency].late,
            kinds.LATE_COUNTED: lambda f, now: (
                one.late if (one := now.came.get(f.agency)) and one.accepted else None
            ),
            "reported": self._reported,
            kinds.FILE_FATE: lambda f, now: Fate(self.files[f.code].fate).words,
            kinds.FILE_ARRIVED: lambda f, now: self.files[f.code].arrived,
            kinds.FILE_SAVED: lambda f, now: self.files[f.code].saved,
        }

    def _reported(self, figure: FigureId, now: Figures) -> int | None:
        if not now.came[figure.agency].accepted:
            return None
        return sum(fact.came for fact in self._facts(figure, now))

    def _found(self, figure: FigureId, now: Figures) -> int | None:
        """Findings of a severity: all, or those of the file that an agency is answered about."""
        severity = figure.what.removeprefix(FOUND)
        if not figure.agency:
            return sum(n for (_, one), n in self.found.items() if one == severity)
        return self.found.get((now.came[figure.agency].answered, severity)) or None
