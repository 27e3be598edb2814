"""The audit of explanations: those in the returned files, read once more, and those that officers
typed, against the sheets Giải trình and Phát hiện."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from functools import lru_cache
from typing import NamedTuple

from ..files.spreadsheets import cell_text, column_letters, printed
from ..findings.catalogue import CATALOGUE
from ..findings.rules import RULES
from ..findings.severity import Severity
from ..plan.explanations import ACCEPT, AN_ERROR, CHANGED, IN_FORCE, REFUSE, REFUSED, UNNEEDED
from ..plan.model import Programme
from ..text.legacy_fonts import from_tcvn3, from_vni
from ..text.numbers import parse_number
from ..text.spelling import clean, key
from .figures import Fact, Figures
from .issued import Issued
from .reading import AuditPage
from .sources import Findings, Told

SHEET, NOTE, ERROR = "Giải trình", Severity.INFO.words, Severity.ERROR.words
# What stands in the workbooks, kept here by hand.
_TEXT = "Giải trình (nếu số liệu đúng)"
_KEYS = ("Khóa cơ quan", "Khóa quy tắc", "Khóa mục", "Khóa giá trị")
_ANSWERED = re.compile(" (?:Cơ quan giải trình:|Giải trình trước đây là cho) ")
_LONGEST_TEXT, _LONGEST_QUOTED = 30_000, 400


class Given(NamedTuple):
    """An explanation; `when` orders those of a period. `typed` is how an officer deals with what
    he typed, "" where it stands in a return. `answers` is the agency that answers for the row by
    now, `stayed` whether what it is about is still as it was, without having been otherwise."""

    agency: str
    rule: str
    row: str
    value: str
    text: str
    period: str
    when: tuple
    file: str
    sheet: str
    cell: str
    source: str = ""
    typed: str = ""
    answers: str = ""
    stayed: bool = True

    @property
    def plan_and_code(self) -> tuple[str, str]:
        plan, _, code = self.row.rpartition("|")
        return plan, code

    @property
    def subject(self) -> tuple[str, str, str]:
        return self.answers, self.rule, self.row


def given_in(
    pages: Iterable[AuditPage], one: Mapping[str, str], period: str, programme: Programme
) -> Iterator[Given]:
    """The explanations in a returned workbook, `one` its line in the journal's record."""
    agency = programme.registry.by_name[one["agency"]]
    rows = {f"{plan.id}|{item.code}" for plan in programme.plans for item in plan.items}
    when = (datetime.datetime.fromisoformat(one["saved"] or one["arrived"]), one["file"])
    for page in pages:
        columns: dict[str, int] = {}
        seen = set()
        for number, cells in page.rows().items():
            names = {key(str(c.value)): at for at, c in reversed(cells.items())}
            if key(_TEXT) in names:
                columns = {name: names.get(key(name), 0) for name in (_TEXT, *_KEYS)}
                seen = set()
                continue
            if not columns or columns[_TEXT] not in cells or cells[columns[_TEXT]].is_error:
                continue
            text = cell_text(cells[columns[_TEXT]].value)
            whose, rule, row, value = (
                printed(cells[columns[name]].value) if columns[name] in cells else ""
                for name in _KEYS
            )
            known = whose == agency.id and rule in RULES and row in rows
            if not text or not known or (rule, row) in seen:
                continue
            seen.add((rule, row))
            cell = f"{column_letters(columns[_TEXT] - 1)}{number}"
            yield Given(
                agency.name, rule, row, value, text, period, when, one["file"], page.name, cell
            )


def explained(
    so_far: Sequence[Figures], findings: Findings, returned: Sequence[Given]
) -> dict[Given, str]:
    """The explanations that count, with what became of each. `so_far` are the periods of the year,
    this one last; `returned` the explanations in their returns."""
    now = so_far[-1]
    programme = now.programme
    months = {p.id: p.months for p in programme.periods if p.year == now.period.year}
    typed = [
        Given(
            e.agency, e.rule, e.row, e.value, e.text, e.period, (), *e.place, e.source, e.handling
        )
        for e in programme.explanations
        if e.period in months and months[e.period] <= now.period.months
    ]
    returned = sorted(returned, key=lambda one: (months[one.period], one.when))
    in_order = _by_now(so_far, sorted([*returned, *typed], key=lambda one: months[one.period]))
    refusals = {(*one.subject, one.value) for one in in_order if one.typed == REFUSE}
    states = {}
    for one in _last_of_each(in_order, refusals):
        lines = _lines(findings, one)
        if _is_refused(one, refusals):
            states[one] = REFUSED
        elif not lines:
            states[one] = UNNEEDED
        elif all(line.severity == ERROR for line in lines):
            states[one] = AN_ERROR
        else:
            alike = any(clean(line.value) == clean(one.value) for line in lines)
            states[one] = IN_FORCE if alike and one.stayed else CHANGED
    return states


def _by_now(so_far: Sequence[Figures], given: Sequence[Given]) -> list[Given]:
    """The same with who answers for each by now, and whether the reports since it was given agree
    in what it is about; what a report leaves blank disagrees with nothing."""
    found = []
    for one in given:
        since = so_far[0].programme.period_by_id[one.period].months
        cases = []
        for figures in so_far:
            at = (*one.plan_and_code, _answers(one, figures))
            fact = figures.by_row_and_agency.get(at)
            if figures.period.months >= since:
                cases.append(_case(one.rule, fact) if fact is not None and fact.came else None)
        *before, last = cases
        stayed = last is None or all(
            was in (None, "", is_now)
            for case in before
            for was, is_now in zip(case or (), last, strict=bool(case))
        )
        found.append(one._replace(answers=_answers(one, so_far[-1]), stayed=stayed))
    return found


def _answers(one: Given, figures: Figures) -> str:
    """The agency that reports a row in a period: a successor does so for its forerunner, unless
    the plan has the row of both."""
    plan, code = one.plan_and_code
    programme = figures.programme
    after = programme.registry.in_office(one.agency, figures.period.answered_on)
    both = after in programme.reporters(programme.plan_by_id[plan].by_code[code])
    return one.agency if both else after


def _case(rule: str, fact: Fact) -> tuple[object, ...]:
    said = {
        "spent": fact.spent,
        "percent": fact.percent,
        "status": fact.reported,
        "proof": fact.texts.get("proof"),
    }
    return tuple(said[name] for name in RULES[rule].judged)


def _is_refused(one: Given, refusals: set[tuple]) -> bool:
    refused = (*one.subject, one.value) in refusals or (*one.subject, "") in refusals
    return refused and one.typed != ACCEPT


def _last_of_each(in_order: Iterable[Given], refusals: set[tuple]) -> list[Given]:
    """Of several of one value the last, before those that were refused; those of a case that is
    past by themselves."""
    last: dict[tuple, Given] = {}
    for one in in_order:
        at = (*one.subject, clean(one.value), one.stayed)
        if one.typed == REFUSE or not one.text:
            continue
        if at not in last or not _is_refused(one, refusals) or _is_refused(last[at], refusals):
            last[at] = one
    return list(last.values())


@lru_cache(maxsize=1_000)
def _says(rule: str, code: str) -> re.Pattern:
    """What a message of a rule on a row looks like."""
    parts = re.split(r"({\w+})", CATALOGUE[rule].message.removesuffix("."))
    return re.compile(
        "".join(
            re.escape(code) if part == "{item}" else ".*" if part[:1] == "{" else re.escape(part)
            for part in parts
        )
        + r"(?:; không được tính)?\.",
        re.DOTALL,
    )


def _of_rule(line: Told, rule: str, code: str) -> bool:
    """Whether a line of Phát hiện is what a rule says of a row, whatever was answered to it."""
    return bool(_says(rule, code).fullmatch(_ANSWERED.split(line.message)[0]))


def _lines(findings: Findings, one: Given) -> list[Told]:
    """What Phát hiện says of what an explanation is about."""
    code = one.plan_and_code[1]
    return [
        line
        for line in findings.told
        if line.agency == clean(one.answers) and _of_rule(line, one.rule, code)
    ]


# ------------------------------------------------------------------------ Phát hiện


def check_explanations(issued: Issued, now: Figures, findings: Findings, states) -> None:
    """A rule's finding is a note where an explanation holds, and only there, and quotes it; and
    the return still has the value that is explained."""
    programme = now.programme
    holds = {}
    for one, state in states.items():
        if state == IN_FORCE:
            if not _is_still(now.by_row_and_agency.get((*one.plan_and_code, one.answers)), one):
                told = f"{one.agency}, {one.plan_and_code[1]}: giá trị được giải trình"
                issued.differ(SHEET, "", told, one.value, "số liệu của phiếu nay khác")
            for line in _lines(findings, one):
                holds[line] = one
    severities = {rule: programme.rules.severity(rule) for rule in RULES}
    usual = {rule: severity.words if severity else "" for rule, severity in severities.items()}
    for number, line in enumerate(findings.told, 1):
        rule = _rule_of(line)
        if not rule or not line.agency:
            continue
        issued.checked += 1
        one = holds.get(line)
        told = f"{line.agency}: {line.message[:80]}"
        wanted = NOTE if one else usual[rule]
        if line.severity != wanted:
            issued.differ("Phát hiện", f"số {number}", told, line.severity, wanted)
        elif one and clean(one.text[:_LONGEST_QUOTED]) not in line.message:
            issued.differ("Phát hiện", f"số {number}", told, "không nêu giải trình", one.text)


def _rule_of(line: Told) -> str:
    found = re.match(r"Mục (\S+?):? ", line.message)
    if not found:
        return ""
    code = found[1]
    return next((rule for rule in RULES if _of_rule(line, rule, code)), "")


def as_shown(text: str, stands: str) -> str:
    """A text as the sheet holds it: cut where it is very long, an old font's in Unicode."""
    if len(text) > _LONGEST_TEXT:
        text = f"{text[: _LONGEST_TEXT - 1]}…"
    return next((one for one in (from_tcvn3(text), from_vni(text)) if clean(one) == stands), text)


def _is_still(fact: Fact | None, one: Given) -> bool:
    """Whether the return still has the value, as the audit itself has read it."""
    if fact is None:
        return False
    name, number = next(iter(RULES[one.rule].judged), None), parse_number(one.value)
    if name == "spent":
        spent = None if fact.spent is None else Decimal(fact.spent) / 10**6
        return number == spent
    if name == "percent":
        return number == fact.percent
    if name == "status":
        return clean(one.value) == clean(fact.reported)
    return name is None or not fact.texts.get(name)
