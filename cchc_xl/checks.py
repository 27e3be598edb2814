"""What a reported row must agree with. One function per rule; a rule changes nothing."""

from __future__ import annotations

from collections.abc import Callable

from .findings import Finding, finding
from .returns import ReportedRow, Return
from .statuses import DONE
from .vietnamese import format_million, format_number


def check_return(one: Return) -> list[Finding]:
    """Every finding of every rule on the rows of an accepted return."""
    findings: list[Finding] = []
    for row in one.rows:
        for rule in RULES:
            if breach := rule(row):
                code, name, value, details = breach
                findings.append(
                    finding(
                        code, one.place(row, name), value,
                        agency=one.agency, item=row.item.code, **details,
                    )
                )  # fmt: skip
    return findings


# A rule gives nothing, or (finding's code, field it points at, value there, further details).
Breach = tuple[str, str, str, dict[str, str]]
Rule = Callable[[ReportedRow], Breach | None]


def spent_within_budget(row: ReportedRow) -> Breach | None:
    if row.spent and row.item.budget is not None and row.spent > row.item.budget:
        budget = format_million(row.item.budget)
        return "spent-over-budget", "spent", format_million(row.spent), {"budget": budget}
    return None


def spent_has_a_budget(row: ReportedRow) -> Breach | None:
    if row.spent and row.item.budget is None:
        return "spent-without-budget", "spent", format_million(row.spent), {}
    return None


def spent_is_reported(row: ReportedRow) -> Breach | None:
    """A cell with an error value (#N/A) arrives empty, so this tells of those too."""
    if row.item.budget and row.has_budget and row.spent is None and "spent" not in row.unread:
        return "spent-missing", "spent", "", {"budget": format_million(row.item.budget)}
    return None


def done_has_evidence(row: ReportedRow) -> Breach | None:
    if row.status == DONE and not row.proof:
        return "done-without-evidence", "proof", "", {}
    return None


def full_percent_is_done(row: ReportedRow) -> Breach | None:
    if row.percent == 100 and row.status is not None and row.status != DONE:
        return "full-percent-not-done", "status", row.status, {}
    return None


def done_is_full_percent(row: ReportedRow) -> Breach | None:
    if row.status == DONE and row.percent is not None and row.percent != 100:
        return "done-below-full-percent", "percent", format_number(row.percent), {}
    return None


def has_a_status(row: ReportedRow) -> Breach | None:
    reported = row.percent is not None or row.spent or row.result or row.proof
    if row.status is None and "status" not in row.unread and reported:
        return "status-missing", "status", "", {}
    return None


RULES: tuple[Rule, ...] = (
    spent_within_budget,
    spent_has_a_budget,
    spent_is_reported,
    done_has_evidence,
    full_percent_is_done,
    done_is_full_percent,
    has_a_status,
)
