"""Ledger -> what the tables show that tell what came of a consolidation: the rows of the master's
own, which `master.result_tables` declares, and who returned what."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from ..findings.finding import Finding
from ..master.layout import (
    NOT_RETURNED,
    RESULT_AGENCIES,
    RESULT_FILES,
    RESULT_FINDINGS,
    RESULT_ITEMS,
    RESULT_SOURCES,
)
from ..master.result_tables import RESULTS
from ..plan.fates import Fate
from ..plan.model import Item, Plan
from ..returns.returned import Return
from .ledger import ItemResult, Ledger

Row = tuple[object, ...]


def result_rows(ledger: Ledger, findings: Sequence[Finding] | None = None) -> dict[str, list[Row]]:
    """Sheet -> rows as its columns show them; money in đồng, None where nothing is known.
    `findings` are those to show, else the ledger's own. How the period stands is told by
    `board`."""
    shown: dict[str, Iterable[object]] = {
        RESULT_ITEMS: (
            ItemRow(plan, ledger.result(item))
            for plan in ledger.programme.plans
            for item in plan.items
        ),
        RESULT_AGENCIES: ledger.agencies,
        RESULT_FINDINGS: by_severity(ledger.findings if findings is None else findings),
        RESULT_FILES: ledger.returns,
        RESULT_SOURCES: ledger.facts,
    }
    return {sheet: RESULTS[sheet].shown(rows) for sheet, rows in shown.items()}


class ItemRow(NamedTuple):
    """A row of a plan with what was reported for it and below it."""

    plan: Plan
    result: ItemResult

    @property
    def item(self) -> Item:
        return self.result.item


def by_severity(findings: Iterable[Finding]) -> list[Finding]:
    """Errors first."""
    return sorted(findings, key=lambda found: found.sort_key)


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
