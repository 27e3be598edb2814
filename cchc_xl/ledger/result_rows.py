"""Ledger -> the rows of the tables that show what came of a consolidation.

The monitoring workbook and the master's own sheets show the same rows; their columns are
declared in `master_sheets.RESULTS`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from decimal import Decimal
from typing import NamedTuple

from ..findings.finding import SEVERITY_NAMES, Finding
from ..master.layout import (
    MARK,
    NOT_RETURNED,
    RESULT_AGENCIES,
    RESULT_FILES,
    RESULT_FINDINGS,
    RESULT_ITEMS,
    RESULT_SOURCES,
)
from ..plan.fates import Fate
from ..plan.fields import REPORTED
from ..plan.model import LEVELS
from ..plan.statuses import Status
from ..returns.returned import Return
from .ledger import AgencyResult, ItemResult, Ledger

Row = tuple[object, ...]


def result_rows(ledger: Ledger, findings: Sequence[Finding] | None = None) -> dict[str, list[Row]]:
    """Sheet -> rows, in the order of the sheet's columns; money in đồng, None where nothing
    is known. `findings` are those to show, else the ledger's own. How the period stands is told
    by `board`."""
    return {
        RESULT_ITEMS: item_rows(ledger),
        RESULT_AGENCIES: agency_rows(ledger),
        RESULT_FINDINGS: finding_rows(ledger.findings if findings is None else findings),
        RESULT_FILES: file_rows(ledger),
        RESULT_SOURCES: source_rows(ledger),
    }


def item_rows(ledger: Ledger) -> list[Row]:
    """Every row of every plan with what was reported for it and below it."""
    return [
        (
            item.plan,
            item.code,
            LEVELS[item.level],
            item.title,
            item.time,
            result.status,
            result.percent,
            result.budget,
            result.spent,
            *_left_and_share(result),
            result.due,
            result.reported,
            MARK if plan.is_leaf(item) else "",
            "" if plan.parent_of(item) else MARK,
        )
        for plan in ledger.programme.plans
        for item in plan.items
        for result in (ledger.result(item),)
    ]


def agency_rows(ledger: Ledger) -> list[Row]:
    """Every agency's money and rows in each plan."""
    return [
        (
            one.plan,
            one.agency,
            one.allocated,
            one.budget,
            difference(one),
            one.spent,
            *_left_and_share(one),
            sum(one.counts.values()),
            *(one.counts[status] or None for status in Status),
        )
        for one in ledger.agencies
    ]


def difference(result: AgencyResult) -> int | None:
    """What an agency's activities hold over what the decision gives it, in đồng; None where
    neither is stated."""
    if result.budget is None and result.allocated is None:
        return None
    return (result.budget or 0) - (result.allocated or 0)


def _left_and_share(result: ItemResult | AgencyResult) -> tuple[int | None, Decimal | None]:
    """Budget less spending in đồng, and spending in percent of it; None where unknown."""
    if result.budget is None or result.spent is None:
        return None, None
    share = Decimal(result.spent) / result.budget * 100 if result.budget else None
    return result.budget - result.spent, share


class Submission(NamedTuple):
    """What came from an agency that must report: the return that counts, else the newest.
    `late` is in days, None where it came in time or not at all: by the first return that could
    be used, for who answers feedback must not become late by it."""

    agency: str
    newest: Return | None
    late: int | None

    @property
    def state(self) -> str:
        return Fate(self.newest.fate).words if self.newest else NOT_RETURNED

    @property
    def accepted(self) -> bool:
        return self.newest is not None and self.newest.fate == Fate.ACCEPTED


def submissions(ledger: Ledger) -> list[Submission]:
    """What came from each agency that must report, in the registry's order."""
    by_agency: dict[str, list[Return]] = {}
    for one in ledger.returns:
        by_agency.setdefault(one.agency, []).append(one)
    found = []
    for agency in ledger.programme.rows_by_agency(ledger.period):
        newest = ledger.accepted.get(agency) or max(
            by_agency.get(agency, ()), key=lambda one: one.arrived, default=None
        )
        usable = [
            one for one in by_agency.get(agency, ()) if one.fate in (Fate.ACCEPTED, Fate.SUPERSEDED)
        ]
        first = min(usable, key=lambda one: one.arrived, default=newest)
        late = (ledger.period.days_late(first.arrived.date()) or None) if first else None
        found.append(Submission(agency, newest, late))
    return found


def to_answer(ledger: Ledger) -> dict[str, tuple[Return, list[Finding]]]:
    """Of each agency that must report the return that counts or, where it came later, one that
    could not be used; with what was found in it, errors first."""
    due = ledger.programme.rows_by_agency(ledger.period)
    chosen: dict[str, Return] = {}
    for one in ledger.returns:
        if one.fate not in (Fate.ACCEPTED, Fate.REJECTED) or one.agency not in due:
            continue
        known = chosen.get(one.agency)
        if known is None or (one.arrived, one.fate == Fate.ACCEPTED) > (
            known.arrived,
            known.fate == Fate.ACCEPTED,
        ):
            chosen[one.agency] = one
    by_file: dict[str, list[Finding]] = {}
    for found in ledger.findings:
        if found.is_for_agency:
            by_file.setdefault(found.place.file, []).append(found)
    return {agency: (one, by_file.get(one.file, [])) for agency, one in chosen.items()}


def counts_to_see(ledger: Ledger) -> dict[str, Counter[str]]:
    """Of each agency that must report and has returned something: severity -> how many findings
    there are of the file that it is answered about."""
    by_file: dict[str, Counter[str]] = {}
    for found in ledger.findings:
        by_file.setdefault(found.place.file, Counter())[found.severity] += 1
    return {
        agency: by_file.get(one.file, Counter()) for agency, (one, _) in to_answer(ledger).items()
    }


def without_spending(ledger: Ledger) -> list[str]:
    """The agencies that hold money and of whose spending nothing is known: no total has it."""
    unknown = [one.agency for one in ledger.agencies if one.budget and one.spent is None]
    return list(dict.fromkeys(unknown))


def file_rows(ledger: Ledger) -> list[Row]:
    """Every file that came, whether used or not, and why not."""
    return [
        (
            one.file,
            one.agency,
            Fate(one.fate).words,
            one.arrived.date(),
            one.saved.astimezone(one.arrived.tzinfo).date() if one.saved else None,
            "" if one.fate == Fate.ACCEPTED else "\n".join(f.message for f in one.findings),
            one.sha256,
        )
        for one in ledger.returns
    ]


def finding_rows(findings: Sequence[Finding]) -> list[Row]:
    """Every finding with its place and the next step, errors first; of what a rule says of a row
    also what the sheet Giải trình asks for."""
    return [
        (
            SEVERITY_NAMES[f.severity],
            f.agency,
            *f.place,
            f.value,
            f.message,
            f.action,
            *((*f.row.rsplit("|", 1), f.code) if f.row else ("", "", "")),
        )
        for f in sorted(findings, key=lambda found: found.sort_key)
    ]


def source_rows(ledger: Ledger) -> list[Row]:
    """Every reported figure with the cell it came from."""
    return [
        (
            fact.plan,
            fact.code,
            fact.agency,
            *(fact[field.name] for field in REPORTED),
            fact.file,
            fact.sheet,
            fact.cell,
        )
        for fact in ledger.facts
    ]
