"""Whose return is it, and where in the file does the form stand?

A form is known by what travels inside it, never by its file's or sheet's name. Where two
signs contradict each other the file is refused rather than booked to the wrong agency.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Set
from dataclasses import dataclass

from .agencies import Registry
from .findings import Finding, Place, finding
from .forms import (
    AGENCY_LABEL,
    FIELDS,
    FORM_SHEET,
    FORM_VERSION,
    IDENTITY_SHEET,
    ROW_KEY_HEADING,
)
from .periods import Period
from .sheets import Grid, OpenedWorkbook, cell_text, find_columns
from .vietnamese import key

_CODE_HEADING = FIELDS[0].heading
_HEADINGS = [field.heading for field in FIELDS] + [ROW_KEY_HEADING]
_KEYS = {key(heading): heading for heading in _HEADINGS}
_MARKS = {_CODE_HEADING, ROW_KEY_HEADING}
_ENTRY_HEADINGS = [field.heading for field in FIELDS if not field.given]
_ENOUGH_HEADINGS = 4  # of a form, to call a row its heading


@dataclass(frozen=True)
class FormSheet:
    """The sheet that holds a form: `heading` is the index of its heading row, `columns`
    where each heading stands in it, `repeated` the headings that stand there twice."""

    grid: Grid
    heading: int
    columns: dict[str, int]
    repeated: tuple[str, ...]


@dataclass(frozen=True)
class Recognised:
    """What a file is. `agency` is "" when unknown; `refusal` says why it is not the form
    that is wanted, and then there may be no `form`."""

    agency: str = ""
    form: FormSheet | None = None
    refusal: Finding | None = None


def recognise(
    workbook: OpenedWorkbook, file: str, registry: Registry, period: Period, plan_ids: Set[str]
) -> Recognised:
    """Raises UnreadableFileError when a sheet cannot be read."""
    identity = _identity(workbook)
    place = Place(file, IDENTITY_SHEET)
    if identity.get("form") != "cchc-xl":
        return Recognised(refusal=finding("file-not-a-form", Place(file)))
    agency, contradiction = _agency(identity, registry)
    name = agency or identity.get("agency_name", "")

    def refuse(code: str, where: Place = place, value: object = "", **details) -> Recognised:
        return Recognised(agency, None, finding(code, where, value, agency=name, **details))

    if identity.get("version") != FORM_VERSION:
        return refuse("form-version-unknown", value=identity.get("version"), expected=FORM_VERSION)
    if identity.get("plans") and plan_ids.isdisjoint(identity["plans"].split("; ")):
        return refuse("wrong-plan", value=identity["plans"])
    if identity.get("period") != period.id:
        return refuse("wrong-period", value=identity.get("period"), expected=period.id)
    if contradiction:
        return refuse("agency-contradicted", value=identity.get("agency_name"), other=name)
    if not agency:
        return refuse("agency-unknown", value=name)
    forms = _form_sheets(workbook)
    if not forms:
        return refuse("file-not-a-form", Place(file))
    if len(forms) > 1:
        sheets = ", ".join(form.grid.name for form in forms)
        return refuse("form-repeated", Place(file), sheets)
    form = forms[0]
    shown = _shown_agency(form)
    mention = registry.resolve(shown) if shown else None
    if mention and mention.how == "exact" and mention.name != agency:
        return refuse("agency-contradicted", Place(file, form.grid.name), shown, other=agency)
    return Recognised(agency, form)


def _identity(workbook: OpenedWorkbook) -> dict[str, str]:
    if IDENTITY_SHEET not in workbook.names:
        return {}
    rows = workbook.grid(IDENTITY_SHEET).rows
    return {cell_text(row[0]): cell_text(row[1]) for row in rows if len(row) > 1}


def _agency(identity: dict[str, str], registry: Registry) -> tuple[str, bool]:
    """(the agency's name, whether its code and its name contradict each other). The code
    finds an agency that was renamed, the name one whose code was changed."""
    by_code = registry.by_id.get(identity.get("agency", ""))
    by_name = registry.resolve(identity.get("agency_name", ""))
    named = by_name.name if by_name.how == "exact" and registry.is_agency(by_name.name) else ""
    if by_code and named:
        return by_code.name, by_code.name != named
    return (by_code.name if by_code else named), False


def _shown_agency(form: FormSheet) -> str:
    """The agency in the form's visible head."""
    for row in form.grid.rows[: form.heading]:
        for value in row:
            if isinstance(value, str) and key(value).startswith(key(AGENCY_LABEL)):
                return value.partition(":")[2].strip()
    return ""


def _form_sheets(workbook: OpenedWorkbook) -> list[FormSheet]:
    """The sheets that hold a form; of several only those that are filled in."""
    found = []
    names = [name for name in workbook.names if name != IDENTITY_SHEET]
    for name in sorted(names, key=lambda name: name != FORM_SHEET):
        form = _form_sheet(workbook.grid(name))
        if form:
            found.append(form)
    if len(found) < 2:
        return found
    return [form for form in found if _is_filled_in(form)] or found[:1]


def _form_sheet(grid: Grid) -> FormSheet | None:
    for at, row in enumerate(grid.rows):
        if not any(isinstance(v, str) and _KEYS.get(key(v)) in _MARKS for v in row):
            continue
        columns = find_columns(row, _HEADINGS)
        if len(columns) >= _ENOUGH_HEADINGS:
            counts = Counter(_KEYS.get(key(v)) for v in row if isinstance(v, str))
            repeated = tuple(h for h in columns if counts[h] > 1)
            return FormSheet(grid, at, columns, repeated)
    return None


def _is_filled_in(form: FormSheet) -> bool:
    marks = [form.columns[h] for h in _MARKS & form.columns.keys()]
    entries = [form.columns[h] for h in _ENTRY_HEADINGS if h in form.columns]
    below = form.grid.rows[form.heading + 2 :]
    return any(
        any(row[at] != "" for at in marks) and any(row[at] != "" for at in entries)  # 0 counts
        for row in below
    )
