"""The master's sheets Quy tắc and Xử lý phiếu: what officers made of the rules, and what they
decided of single files."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from ..findings.finding import Finding, finding
from ..findings.rules import RULES
from ..plan.agencies import Registry
from ..plan.choices import LEAVE_OUT, SETTABLE, USE_THIS, USES, Choice, Rules, Setting
from ..plan.periods import Period
from ..text.money import exact
from ..text.numbers import parse_amount
from ..text.spelling import key
from .layout import AGENCY
from .records import Record

_SEVERITIES = {key(severity.words): severity for severity in SETTABLE}
_USES = {key(use): use for use in USES}
_WHAT = {key(what): what for what in (USE_THIS, LEAVE_OUT)}


def read_rules(records: Iterable[Record]) -> tuple[Rules, list[Finding]]:
    """The rules as set; a cell that cannot be understood leaves its rule as declared."""
    settings: dict[str, Setting] = {}
    findings: list[Finding] = []
    for record in records:
        code = record.text("Mã quy tắc")
        rule = RULES.get(code)
        if rule is None:
            findings.append(finding("rule-unknown", record.places["Mã quy tắc"], code))
            continue
        severity = _SEVERITIES.get(key(record.text("Mức độ")))
        use = _USES.get(key(record.text("Áp dụng")))
        threshold = rule.threshold
        if rule.threshold is not None:
            threshold = _threshold(record.value("Ngưỡng"))
        wrong = {
            "Mức độ": severity is None,
            "Áp dụng": use is None,
            "Ngưỡng": rule.threshold is not None and threshold is None,
        }
        for heading in (name for name, is_wrong in wrong.items() if is_wrong):
            place, text = record.places[heading], record.text(heading)
            findings.append(finding("cell-not-understood", place, text, column=heading))
        if severity and use and not wrong["Ngưỡng"]:
            settings[code] = Setting(severity, use, threshold)
    return Rules(settings), findings


def _threshold(value: object) -> Decimal | None:
    if isinstance(value, float | int) and not isinstance(value, bool):
        return exact(value) if value >= 0 else None
    return parse_amount(value) if isinstance(value, str) else None


def read_choices(
    records: Iterable[Record], registry: Registry, periods: Iterable[Period]
) -> tuple[tuple[Choice, ...], list[Finding]]:
    """What was decided of files; a decision that is not complete is not carried out."""
    choices: dict[tuple[str, str], Choice] = {}
    findings: list[Finding] = []
    known = {period.id.casefold(): period.id for period in periods}
    for record in records:
        file = record.text("Tệp")
        what = _WHAT.get(key(record.text("Xử lý")), "")
        reason, named = record.text("Lý do"), record.text(AGENCY)
        if not file:
            continue
        if not what or not reason:
            findings.append(finding("choice-without-reason", record.places["Tệp"], file))
            continue
        period = known.get(record.text("Kỳ").casefold(), "")
        if not period:
            place, text = record.places["Kỳ"], record.text("Kỳ")
            findings.append(finding("cell-not-understood", place, text, column="Kỳ"))
            continue
        agency = registry.resolve(named).name if named else ""
        if named and not registry.is_agency(agency):
            place = record.places[AGENCY]
            findings.append(finding("cell-not-understood", place, named, column=AGENCY))
            continue
        place = record.places["Tệp"]
        choice = Choice(period, file, what, reason, agency, place)
        other = choices.get((period, key(file)))
        if other and other._replace(reason="", place=place) != choice._replace(reason=""):
            findings.append(finding("choice-repeated", place, file))
        choices[period, key(file)] = choice
    return tuple(choices.values()), findings
