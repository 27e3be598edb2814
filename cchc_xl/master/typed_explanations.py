"""The master's sheet Giải trình: explanations that came by letter or telephone, and which ones
officers do not accept."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ..files.spreadsheets import printed
from ..findings.finding import Finding, finding
from ..findings.rules import RULES
from ..plan.agencies import Registry
from ..plan.explanations import ACCEPT, HANDLING, REFUSE, Explanation
from ..plan.model import Plan, row_key
from ..plan.periods import Period
from ..text.numbers import format_number, parse_number
from ..text.spelling import clean, key
from .layout import AGENCY, CODE, PLAN
from .records import Record

PERIOD, RULE, VALUE, TEXT, WHAT, SOURCE = (
    "Kỳ",
    "Mã quy tắc",
    "Giá trị",
    "Giải trình",
    "Xử lý",
    "Nguồn",
)
_HANDLING = {key(what): what for what in HANDLING} | {"": ACCEPT}
_RULES = {key(name): code for code, rule in RULES.items() for name in (code, rule.what)}


def read_explanations(
    records: Iterable[Record], registry: Registry, periods: Iterable[Period], plans: Sequence[Plan]
) -> tuple[tuple[Explanation, ...], list[Finding]]:
    """What officers typed, a line that is not complete left out; of several lines about the same
    the last one counts."""
    typed: dict[tuple[str, ...], Explanation] = {}
    findings: list[Finding] = []
    known = {period.id.casefold(): period.id for period in periods}
    by_name = {key(name): plan for plan in plans for name in (plan.id, plan.short_name) if name}
    for record in records:
        named = record.text(AGENCY)
        agency = registry.resolve(named).name if named else ""
        plan = by_name.get(key(record.text(PLAN)))
        code = clean(record.text(CODE)).rstrip(".")
        rule = _RULES.get(key(record.text(RULE)), "")
        handling = _HANDLING.get(key(record.text(WHAT)), "")
        value, text = _value(record), record.text(TEXT)
        right = {
            PERIOD: record.text(PERIOD).casefold() in known,
            AGENCY: registry.is_agency(agency),
            PLAN: plan is not None,
            CODE: plan is not None and code in plan.by_code,
            RULE: rule,
            WHAT: handling,
            VALUE: value or handling == REFUSE or (rule in RULES and RULES[rule].of_blank),
            TEXT: text or record.text(WHAT),
        }
        place = record.places[AGENCY]
        wrong = [heading for heading, is_right in right.items() if not is_right]
        if wrong or plan is None:
            missing = ", ".join(f"cột {heading}" for heading in wrong)
            findings.append(finding("explanation-incomplete", place, named, missing=missing))
            continue
        one = Explanation(
            agency,
            rule,
            row_key(plan.id, code),
            value,
            text,
            known[record.text(PERIOD).casefold()],
            place,
            handling,
            record.text(SOURCE),
        )
        other = typed.get((*one.subject, one.value, one.period))
        if other and other._replace(place=place) != one:
            findings.append(finding("explanation-repeated", place, agency))
        typed[*one.subject, one.value, one.period] = one
    return tuple(typed.values()), findings


def _value(record: Record) -> str:
    """As findings tell it: a number with the dots and the comma that it has there."""
    shown = printed(record.value(VALUE))
    number = parse_number(shown)
    return shown if number is None else format_number(number)
