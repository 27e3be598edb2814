"""Explanations ("giải trình"): what is answered to a warning about one row of one agency. One that
is in force turns the warning into a note, until the figure that it explains changes, and for good:
the same value again is another case.

Agencies give them in the workbook that feedback sends them; officers type those that came by
letter, or refuse one, on the master's sheet Giải trình.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from ..findings.finding import NOWHERE, Finding, Place, in_a_message
from ..findings.rules import RULES
from ..findings.severity import Severity
from ..text.spelling import clean

# How an officer deals with one.
ACCEPT, REFUSE = "Chấp nhận", "Không chấp nhận"
HANDLING = (ACCEPT, REFUSE)

# What became of one.
IN_FORCE = "Có hiệu lực"
CHANGED = "Số liệu đã đổi"
REFUSED = "Không chấp nhận"
AN_ERROR = "Là lỗi, phải sửa số"
UNNEEDED = "Không còn cảnh báo"

EXPLAINED = "Cơ quan giải trình:"
_NEXT_STEP = "Không cần làm gì nếu chấp nhận; nếu không, ghi “Không chấp nhận” ở trang Giải trình."
_NOTHING_TO_MEND = "Không phải sửa: đã có giải trình."


class Explanation(NamedTuple):
    """An answer to what `rule` found on an agency's row (by its key) when `value` stood there.
    `period` is that in which it was given, `place` where it stands; `handling` is "" where the
    agency gave it in its return, else how an officer deals with it who typed it from `source`.
    A refusal without a value is of every value. By now `heir` has taken the row over from the
    agency; `changed` is a period since in which its figures were not those of now."""

    agency: str
    rule: str
    row: str
    value: str
    text: str
    period: str
    place: Place = NOWHERE
    handling: str = ""
    source: str = ""
    heir: str = ""
    changed: str = ""

    @property
    def subject(self) -> tuple[str, str, str]:
        return self.heir or self.agency, self.rule, self.row

    @property
    def plan(self) -> str:
        return self.row.rpartition("|")[0]

    @property
    def code(self) -> str:
        return self.row.rpartition("|")[2]

    @property
    def what(self) -> str:
        """What was found, in the officers' words."""
        return RULES[self.rule].what

    def __str__(self) -> str:
        whose = f"{self.agency}, " if self.heir else ""
        place = in_a_message(self.source or str(self.place))
        return f"“{in_a_message(self.text)}” ({whose}{place})"


class Settled(NamedTuple):
    """An explanation and what became of it."""

    explanation: Explanation
    state: str


def can_be_explained(found: Finding) -> bool:
    """Whether a finding is a rule's warning about one row of one agency. An error leaves a figure
    out, and no explanation brings it in."""
    return bool(found.row) and found.severity == Severity.WARNING


def settle(
    findings: Iterable[Finding], explanations: Sequence[Explanation]
) -> tuple[list[Finding], list[Settled]]:
    """The findings, explained where an explanation is in force, and what became of each. Of
    several explanations of the same value the one given last holds; of each only that is told,
    those before and after the figures changed apart."""
    findings = list(findings)
    refusals = {(*e.subject, e.value): e.text for e in explanations if e.handling == REFUSE}
    by_subject: dict[tuple[str, str, str], dict[_Case, Settled]] = {}
    for one in explanations:
        if one.handling == REFUSE or not one.text:
            continue
        known = by_subject.setdefault(one.subject, {})
        case = clean(one.value), bool(one.changed)
        settled = Settled(one, _refused(one, refusals))
        if settled.state and case in known and not known[case].state:
            continue  # what was accepted is not undone by what was refused
        known.pop(case, None)  # the last one given stands last
        known[case] = settled
    real = [one for one in findings if one.row and one.severity != Severity.TRIAL]
    found_of = {(one.agency, one.code, one.row): one for one in real}
    explained = [
        _explained(found, by_subject.get((found.agency, found.code, found.row), {}), refusals)
        for found in findings
    ]
    return explained, [
        Settled(one, refused or _state(one, found_of.get(subject)))
        for subject, known in by_subject.items()
        for one, refused in known.values()
    ]


_Case = tuple[str, bool]  # a value, and whether the figures have changed since


_Refusals = Mapping[tuple[str, ...], str]  # subject and value -> why, in the officer's words


def _refused(one: Explanation, refusals: _Refusals) -> str:
    """An officer's refusal is of what agencies say; what an officer typed and accepted stands."""
    if one.handling != ACCEPT and {(*one.subject, one.value), (*one.subject, "")} & {*refusals}:
        return REFUSED
    return ""


def _state(one: Explanation, found: Finding | None) -> str:
    if found is None:
        return UNNEEDED
    if found.severity == Severity.ERROR:
        return AN_ERROR
    same = clean(one.value) == clean(found.value)
    return IN_FORCE if same and not one.changed else CHANGED


def _why(one: Explanation, refusals: _Refusals) -> str:
    reason = refusals.get((*one.subject, one.value)) or refusals.get((*one.subject, ""))
    return f" (lý do: {in_a_message(reason)})" if reason else ""


def _explained(found: Finding, known: dict[_Case, Settled], refusals: _Refusals) -> Finding:
    """A finding with what was said to it."""
    if not known or not found.row or found.severity not in (Severity.WARNING, Severity.INFO):
        return found
    value = clean(found.value)
    same = known.get((value, False)) or known.get((value, True))
    if same and (same.state or not same.explanation.changed):
        message = f"{found.message} {EXPLAINED} {same.explanation}"
        if same.state:
            why = _why(same.explanation, refusals)
            return replace(found, message=f"{message}, không được chấp nhận{why}.")
        return replace(
            found,
            message=f"{message}.",
            set_severity=Severity.INFO,
            set_action=_NEXT_STEP,
            set_fix=_NOTHING_TO_MEND,
        )
    others = [one for one, refused in known.values() if not refused]
    if not others:
        return found
    one = same.explanation if same else others[-1]
    stood = f"“{one.value}”" if one.value else "ô trống"
    since = f"nhưng kỳ {one.changed} số liệu đã khác" if same else "nay số liệu đã khác"
    return replace(
        found, message=f"{found.message} Giải trình trước đây là cho {stood}, {since}: {one}."
    )
