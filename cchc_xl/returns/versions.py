"""Of several returns of one agency, which one counts, and why."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Sequence
from dataclasses import replace

from ..files.containers import container_of
from ..findings.finding import Place, finding
from ..plan.choices import USE_THIS, Choice
from ..plan.fates import Fate
from ..plan.fields import REPORTED, Field
from ..text.dates import format_moment
from ..text.spelling import key
from .returned import ReportedRow, Return

_MOST_CHANGES = 6  # named in a message


def settle_versions(returns: Sequence[Return], choices: Iterable[Choice] = ()) -> list[Return]:
    """Of several accepted returns of one agency, the one an officer chose counts, else the one
    that was saved last; where a file does not tell when, the one that arrived last. The others
    stay in the list with the reason, and with what they say otherwise."""
    wanted = {key(choice.file) for choice in choices if choice.what == USE_THIS and choice.reason}
    by_agency: dict[str, list[Return]] = {}
    for one in returns:
        if one.fate == Fate.ACCEPTED:
            by_agency.setdefault(one.agency, []).append(one)
    settled = {id(one): one for one in returns}
    for versions in by_agency.values():
        chosen, why = _choose(versions, wanted)
        for one in versions:
            if one is not chosen:
                settled[id(one)] = _superseded(one, chosen, why)
    return [settled[id(one)] for one in returns]


def _choose(versions: list[Return], wanted: set[str]) -> tuple[Return, str]:
    by_officer = [one for one in versions if {key(one.file), key(container_of(one.file))} & wanted]
    if by_officer:
        return max(by_officer, key=_arrival), "cán bộ tổng hợp chọn ở trang Xử lý phiếu"
    if all(one.saved for one in versions):
        newest = max(versions, key=lambda one: (one.saved, *_arrival(one)))
        if any(one.saved != newest.saved for one in versions):
            return newest, f"được lưu sau ({_shown(newest.saved)})"
    newest = max(versions, key=_arrival)
    return newest, f"đến sau ({_shown(newest.arrived)})"


def _arrival(one: Return) -> tuple[datetime.datetime, str]:
    return one.arrived, one.file


def _shown(moment: datetime.datetime | None) -> str:
    return format_moment(moment) if moment else ""


def _superseded(one: Return, chosen: Return, why: str) -> Return:
    code = "return-duplicate" if one.sha256 == chosen.sha256 else "return-superseded"
    note = finding(
        code,
        Place(one.file),
        agency=one.agency,
        chosen=chosen.file,
        why=why,
        changes=_changes(one, chosen),
    )
    return replace(one, fate=Fate.SUPERSEDED, findings=(note,))


def _changes(other: Return, chosen: Return) -> str:
    """What the return that counts says otherwise than another."""
    before = {(row.item.plan, row.item.code): row for row in other.rows}
    changes: list[str] = []
    for row in chosen.rows:
        was = before.pop((row.item.plan, row.item.code), None)
        changes += _differences(was, row)
    changes += [f"không còn mục {code}" for _, code in before]
    if not changes:
        return "Hai phiếu có số liệu như nhau"
    more = len(changes) - _MOST_CHANGES
    rest = f" và {more} chỗ khác" if more > 0 else ""
    return f"Khác nhau: {'; '.join(changes[:_MOST_CHANGES])}{rest}"


def _differences(was: ReportedRow | None, row: ReportedRow) -> list[str]:
    if was is None:
        return [f"thêm mục {row.item.code}"]
    return [
        f"{row.item.code} {field.title}: {_shown_value(field, was)} → {_shown_value(field, row)}"
        for field in REPORTED
        if was[field.name] != row[field.name]
    ]


def _shown_value(field: Field, row: ReportedRow) -> str:
    text = field.printed(row[field.name]) or "trống"
    return text if len(text) <= 40 else f"{text[:39]}…"
