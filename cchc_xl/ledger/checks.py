"""What a reported row must agree with: its plan, itself, what was issued, and what the agency
reported before. One function for each rule of `findings.rules`; it changes nothing.

What a breach does is set by the rule's severity: an error leaves the reported field out of the
figures.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any, NamedTuple

from ..files.spreadsheets import cell_text, printed
from ..findings.finding import Finding, finding
from ..findings.rules import RULES
from ..findings.severity import Severity
from ..plan.choices import Rules
from ..plan.fields import FIELD_BY_NAME, planned_texts
from ..plan.model import Item, Programme, row_key
from ..plan.statuses import Status
from ..returns.returned import ReportedRow, Return
from ..text.money import DONG_PER_MILLION, exact, percent_of
from ..text.numbers import format_million, format_number, number_readings
from ..text.spelling import key


class Said(NamedTuple):
    """A figure that an agency reported, and in which period."""

    period: str
    value: Any


class Past(NamedTuple):
    """What an agency reported last for a row: each figure with its period, None where it
    never reported one."""

    status: Said | None = None
    percent: Said | None = None
    spent: Said | None = None

    def followed_by(self, period: str, row: ReportedRow) -> Past:
        """The same after another period: what it says takes the place of what was said."""
        said = {name: getattr(row, name) for name in self._fields}
        new = {name: Said(period, value) for name, value in said.items() if value is not None}
        return self._replace(**new)


# agency, row key -> what it reported last
History = Mapping[tuple[str, str], Past]
# row key -> field -> the texts that stood there on forms that were sent
Issued = Mapping[str, Mapping[str, list[str]]]


class Case(NamedTuple):
    """A reported row with all that it is held to; `limit` is the rule's threshold."""

    row: ReportedRow
    past: Past = Past()
    issued: Mapping[str, list[str]] | None = None
    money_of_plan: int = 0
    limit: Decimal = Decimal(0)

    @property
    def item(self) -> Item:
        return self.row.item


class Breach(NamedTuple):
    """A finding's field, the value there and further details."""

    field: str
    value: str
    details: Mapping[str, str] = {}


Check = Callable[[Case], Breach | None]
CHECKS: dict[str, Check] = {}  # the code of a rule on rows -> what finds its breach


def holds(code: str) -> Callable[[Check], Check]:
    """Says which rule a function holds rows to."""

    def register(check: Check) -> Check:
        CHECKS[code] = check
        return check

    return register


class Checker:
    """Holds returns of a period to the rules."""

    def __init__(self, programme: Programme, history: History, issued: Issued):
        self.rules: Rules = programme.rules
        self.history = history
        self.issued = issued
        self.money_of_plan = {
            plan.id: sum(leaf.budget or 0 for leaf in plan.leaves) for plan in programme.plans
        }
        # A row of a plan without money is held to the money of the others.
        most = max(self.money_of_plan.values(), default=0)
        self.money_of_plan = {plan: money or most for plan, money in self.money_of_plan.items()}

    def check(self, one: Return) -> tuple[Return, list[Finding]]:
        """An accepted return without the fields that a rule leaves out, and every finding."""
        findings: list[Finding] = []
        rows = []
        for row in one.rows:
            item_key = row_key(row.item.plan, row.item.code)
            left_out: set[str] = set()
            for code, rule in RULES.items():
                severity, check = self.rules.severity(code), CHECKS.get(code)
                if severity is None or check is None:
                    continue
                breach = check(
                    Case(
                        row,
                        self.history.get((one.agency, item_key), Past()),
                        self.issued.get(item_key),
                        self.money_of_plan[row.item.plan],
                        self.rules.threshold(code),
                    )
                )
                if breach is None or breach.field in left_out:
                    continue
                found = finding(
                    code,
                    one.place(row, breach.field),
                    breach.value,
                    agency=one.agency,
                    severity=severity,
                    row=item_key,
                    item=row.item.code,
                    **breach.details,
                )
                if severity == Severity.ERROR and rule.field:
                    left_out.add(rule.field)
                    found = replace(found, message=f"{found.message[:-1]}; không được tính.")
                findings.append(found)
            rows.append(row.without(left_out))
        return replace(one, rows=tuple(rows)), findings


# -------------------------------------------------------------- money and budget


@holds("spent-implausible")
def spent_in_another_unit(case: Case) -> Breach | None:
    """An amount many times the row's budget or, on a row without one, more than the whole plan
    has, was typed in đồng or nghìn đồng."""
    spent, budget = case.row.spent, case.item.budget
    if not spent:
        return None
    too_large = spent > budget * case.limit if budget else spent > case.money_of_plan > 0
    if not too_large:
        return None
    fits = budget or case.money_of_plan
    unit, size = ("nghìn đồng", 1000) if spent / 1000 <= fits else ("đồng", DONG_PER_MILLION)
    times = format_number((Decimal(spent) / fits).quantize(Decimal("0.1")))
    likely = format_number(Decimal(spent) / size / DONG_PER_MILLION)
    return Breach("spent", format_million(spent), {"times": times, "unit": unit, "likely": likely})


@holds("spent-over-budget")
def spent_within_budget(case: Case) -> Breach | None:
    spent, budget = case.row.spent, case.item.budget
    if spent and budget is not None and spent * 100 > budget * case.limit:
        share = percent_of(spent, budget)
        printed = "∞" if share is None else format_number(share, 1)
        details = {"budget": format_million(budget), "share": printed}
        return Breach("spent", format_million(spent), details)
    return None


@holds("spent-without-budget")
def spent_has_a_budget(case: Case) -> Breach | None:
    if case.row.spent and case.item.budget is None:
        return Breach("spent", format_million(case.row.spent))
    return None


@holds("spent-missing")
def spent_is_reported(case: Case) -> Breach | None:
    row = case.row
    if row.item.budget and row.has_budget and row.spent is None and "spent" not in row.unread:
        return Breach("spent", "", {"budget": format_million(row.item.budget)})
    return None


@holds("spent-maybe-thousands")
def spent_is_not_a_thousandth(case: Case) -> Breach | None:
    """Typed as 1.478 into an Excel with English separators, 1478 becomes 1,478."""
    spent, budget = case.row.spent, case.item.budget
    if not spent or not budget or spent * 100 >= budget * case.limit or spent * 1000 > budget:
        return None
    details = {"budget": format_million(budget), "likely": format_million(spent * 1000)}
    return Breach("spent", format_million(spent), details)


# --------------------------------------------------------------- within the row


@holds("done-without-evidence")
def done_has_evidence(case: Case) -> Breach | None:
    return Breach("proof", "") if case.row.status == Status.DONE and not case.row.proof else None


@holds("full-percent-not-done")
def full_percent_is_done(case: Case) -> Breach | None:
    status = case.row.status
    if case.row.percent == 100 and status is not None and status != Status.DONE:
        return Breach("status", status)
    return None


@holds("done-below-full-percent")
def done_is_full_percent(case: Case) -> Breach | None:
    percent = case.row.percent
    if case.row.status == Status.DONE and percent is not None and percent != 100:
        return Breach("percent", format_number(percent))
    return None


@holds("status-missing")
def has_a_status(case: Case) -> Breach | None:
    row = case.row
    reported = row.percent is not None or row.spent or row.result or row.proof
    if row.status is None and "status" not in row.unread and reported:
        return Breach("status", "")
    return None


# ------------------------------------------------------------- against the past


@holds("spent-fell")
def spent_does_not_fall(case: Case) -> Breach | None:
    before = case.past.spent
    if before is None or case.row.spent is None or case.row.spent >= before.value:
        return None
    details = {"period": before.period, "before": format_million(before.value)}
    return Breach("spent", format_million(case.row.spent), details)


@holds("percent-fell")
def percent_does_not_fall(case: Case) -> Breach | None:
    before = case.past.percent
    if before is None or case.row.percent is None or case.row.percent >= before.value:
        return None
    details = {"period": before.period, "before": format_number(before.value)}
    return Breach("percent", format_number(case.row.percent), details)


@holds("done-reopened")
def done_stays_done(case: Case) -> Breach | None:
    before = case.past.status
    if before is None or before.value != Status.DONE or case.row.status in (None, Status.DONE):
        return None
    return Breach("status", case.row.status or "", {"period": before.period})


@holds("given-changed")
def given_is_unchanged(case: Case) -> Breach | None:
    """A locked column says something else than the plan, and than any form that was sent."""
    planned = planned_texts(case.item)
    for name, value in case.row.given.items():
        known = [planned[name], *(case.issued or {}).get(name, ())]
        if name == "budget" and not case.row.has_budget:
            known = [text for text in known if not text] or [""]
        if not any(_same(value, text) for text in known):
            sent = known[-1] or "trống"
            return Breach(
                name, printed(value), {"column": FIELD_BY_NAME[name].heading, "sent": sent}
            )
    return None


def _same(value: object, text: str) -> bool:
    if isinstance(value, float | int) and not isinstance(value, bool):
        return exact(value) in number_readings(text)
    return key(cell_text(value)) == key(text) or key(printed(value)) == key(text)
