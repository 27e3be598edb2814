"""Whose return is it, and where in the file does the form stand?

A form is known by what travels inside it, never by its file's or sheet's name: by its hidden
identity or, where that was lost (pasted into another workbook), by its headings and the lines
above them. Where two signs contradict each other the file is refused rather than booked to
the wrong agency.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import PurePath

from ..files.spreadsheets import Grid, WorkbookSheets, cell_text, find_columns
from ..findings.finding import Finding, Place, finding
from ..plan.agencies import Registry, slug
from ..plan.choices import Choice
from ..plan.fields import ENTRIES, FIELD_BY_NAME, FIELDS
from ..plan.model import Programme
from ..plan.periods import Period
from ..text.spelling import fold, key
from .form import (
    AGENCY_LABEL,
    FORM_SHEET,
    FORM_VERSION,
    IDENTITY_SHEET,
    PERIOD_LABEL,
    ROW_KEY_HEADING,
    form_name,
)
from .plan_rows import PlanRows

_CODE_HEADING = FIELD_BY_NAME["code"].heading
_HEADINGS = [field.heading for field in FIELDS] + [ROW_KEY_HEADING]
_FOLDED = {fold(key(heading)): heading for heading in _HEADINGS}
_TITLE_HEADING = FIELD_BY_NAME["title"].heading
_MARKS = {_CODE_HEADING, ROW_KEY_HEADING, _TITLE_HEADING}
_ENTRY_HEADINGS = [field.heading for field in ENTRIES]
_NUMBERING = re.compile(r"\(\d+\)")
_FEWEST_ENTRIES = 2
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
    that is wanted, and then there may be no `form`; `how` says what it was known by where that
    was not its identity."""

    agency: str = ""
    form: FormSheet | None = None
    refusal: Finding | None = None
    how: Finding | None = None


@dataclass(frozen=True)
class Wanted:
    """What returns are looked for: the forms of a period with the rows of its plans; `choice` is
    an officer's decision on this file, if there is one."""

    programme: Programme
    period: Period
    plan_rows: PlanRows
    choice: Choice | None = None

    @property
    def registry(self) -> Registry:
        return self.programme.registry

    def in_office(self, agency: str) -> str:
        """Who answers for an agency in this period."""
        known = self.registry.is_agency(agency)
        return self.registry.in_office(agency, self.period.answered_on) if known else agency


def recognise(workbook: WorkbookSheets, file: str, wanted: Wanted) -> Recognised:
    """Whose form a workbook is, or why it is not one that is wanted."""
    identity = _identity(workbook)
    if identity.get("form") == "cchc-xl":
        found = _by_identity(workbook, file, wanted, identity)
    else:
        found = _by_headings(workbook, file, wanted)
    return _in_office(found, file, wanted)


def _in_office(found: Recognised, file: str, wanted: Wanted) -> Recognised:
    """The form of an agency that has a successor is the successor's if an officer says so. Else
    it is refused: the successor's own form asks for more, and must not be replaced by this one."""
    successor = wanted.in_office(found.agency)
    if successor == found.agency or found.form is None:
        return found
    if wanted.choice is not None and wanted.choice.agency == successor:
        return replace(found, agency=successor)
    refusal = finding(
        "agency-succeeded", Place(file, found.form.grid.name), successor, agency=found.agency
    )
    return Recognised(found.agency, None, refusal)


# ------------------------------------------------------------------- by identity


def _identity(workbook: WorkbookSheets) -> dict[str, str]:
    if IDENTITY_SHEET not in workbook.names:
        return {}
    rows = workbook.grid(IDENTITY_SHEET).rows
    return {cell_text(row[0]): cell_text(row[1]) for row in rows if len(row) > 1}


def _by_identity(
    workbook: WorkbookSheets, file: str, wanted: Wanted, identity: dict[str, str]
) -> Recognised:
    registry, period = wanted.registry, wanted.period
    place = Place(file, IDENTITY_SHEET)
    agency, contradiction = _agency(identity, registry)
    name = agency or identity.get("agency_name", "")

    def refuse(code: str, where: Place = place, value: object = "", **details) -> Recognised:
        return Recognised(agency, None, finding(code, where, value, agency=name, **details))

    if identity.get("version") != FORM_VERSION:
        return refuse("form-version-unknown", value=identity.get("version"), expected=FORM_VERSION)
    if identity.get("plans") and wanted.programme.plan_by_id.keys().isdisjoint(
        identity["plans"].split("; ")
    ):
        return refuse("wrong-plan", value=identity["plans"])
    if identity.get("period") != period.id:
        return refuse("wrong-period", value=identity.get("period"), expected=period.id)
    if contradiction:
        return refuse("agency-contradicted", value=identity.get("agency_name"), other=name)
    if not agency:
        return refuse("agency-unknown", value=name)
    if wanted.choice and wanted.choice.agency not in ("", agency, wanted.in_office(agency)):
        return refuse("choice-contradicted", value=wanted.choice.agency, other=agency)
    form, refusal = _only_form(workbook, file, wanted, name)
    if form is None:
        return Recognised(agency, None, refusal)
    head = _Head(form)
    named = head.agency and registry.resolve(head.agency)
    # An officer who knows whose it is may say so.
    decided = wanted.choice is not None and wanted.choice.agency == agency
    if named and named.how == "exact" and named.name != agency and not decided:
        here = Place(file, form.grid.name, head.agency_cell)
        return refuse("agency-contradicted", here, head.agency, other=agency)
    other = _other_period(head.period, wanted)
    if other:
        here = Place(file, form.grid.name, head.period_cell)
        return refuse("period-contradicted", here, head.period, expected=period.name)
    return Recognised(agency, form)


def _agency(identity: dict[str, str], registry: Registry) -> tuple[str, bool]:
    """(the agency's name, whether its code and its name contradict each other). The code
    finds an agency that was renamed, the name one whose code was changed."""
    by_code = registry.by_id.get(identity.get("agency", ""))
    by_name = registry.resolve(identity.get("agency_name", ""))
    named = by_name.name if by_name.how == "exact" and registry.is_agency(by_name.name) else ""
    if by_code and named:
        return by_code.name, by_code.name != named
    return (by_code.name if by_code else named), False


# -------------------------------------------------- by headings and the lines above


def _by_headings(workbook: WorkbookSheets, file: str, wanted: Wanted) -> Recognised:
    """A form that lost its identity, by what an officer sees in it."""
    form, refusal = _only_form(workbook, file, wanted)
    if form is None:
        return Recognised(refusal=refusal)
    period, head = wanted.period, _Head(form)
    agency, agency_by = _agency_without_identity(file, head, wanted)
    here = Place(file, form.grid.name)

    def refuse(code: str, cell: str = "", value: object = "", **details) -> Recognised:
        where = here._replace(cell=cell)
        return Recognised(agency, None, finding(code, where, value, agency=agency, **details))

    if _other_period(head.period, wanted):
        return refuse("wrong-period", head.period_cell, head.period, expected=period.name)
    issued_name = agency and slug(form_name(period, agency)) in slug(PurePath(file).stem)
    if key(head.period) == key(period.name):
        period_by = f"dòng “{PERIOD_LABEL}”"
    elif issued_name:
        period_by = "tên tệp"
    elif wanted.choice:
        period_by = "trang Xử lý phiếu"
    else:
        return refuse("period-unknown", head.period_cell, head.period, expected=period.name)
    if not agency:
        return refuse("agency-unknown", head.agency_cell, head.agency)
    how = finding(
        "form-without-identity",
        here,
        agency=agency,
        agency_by=agency_by,
        period_by=period_by,
        rows_by="khóa dòng" if ROW_KEY_HEADING in form.columns else "mã và nội dung",
    )
    return Recognised(agency, form, how=how)


def _agency_without_identity(file: str, head: _Head, wanted: Wanted) -> tuple[str, str]:
    """(agency, what it is known by)."""
    registry = wanted.registry
    if wanted.choice and wanted.choice.agency:
        return wanted.choice.agency, "trang Xử lý phiếu"
    named = registry.resolve(head.agency)
    if named.how == "exact" and registry.is_agency(named.name):
        return named.name, f"dòng “{AGENCY_LABEL}”"
    if not head.agency:
        stem = slug(PurePath(file).stem)
        names = [agency.name for agency in registry.agencies]
        issued = [name for name in names if slug(form_name(wanted.period, name)) in stem]
        if issued:  # one name may begin like another
            return max(issued, key=len), "tên tệp"
    return "", ""


def _other_period(shown: str, wanted: Wanted) -> bool:
    """Whether the form's own line names another period, or another year."""
    if not shown or key(shown) == key(wanted.period.name):
        return False
    others = {key(p.name) for p in wanted.programme.periods if p != wanted.period}
    years = set(re.findall(r"\b(?:19|20)\d\d\b", shown))
    return key(shown) in others or bool(years and str(wanted.period.year) not in years)


class _Head:
    """The lines above a form's heading that say whose it is and of which period."""

    def __init__(self, form: FormSheet):
        self.agency = self.agency_cell = self.period = self.period_cell = ""
        for at, row in enumerate(form.grid.rows[: form.heading]):
            for column, value in enumerate(row):
                if not isinstance(value, str) or not value:
                    continue
                address = form.grid.address(at, column)
                if not self.agency and (found := _after(AGENCY_LABEL, value, row, column)):
                    self.agency, self.agency_cell = found, address
                elif not self.period and (found := _after(PERIOD_LABEL, value, row, column)):
                    self.period, self.period_cell = found, address


def _after(label: str, value: str, row: Sequence[object], column: int) -> str:
    """What stands behind a label, in its cell or in the next filled one."""
    if not fold(key(value)).startswith(fold(key(label))):
        return ""
    if behind := value.partition(":")[2].strip():
        return behind
    return next((text for cell in row[column + 1 :] if (text := cell_text(cell))), "")


# -------------------------------------------------------------------- form sheets


def _only_form(
    workbook: WorkbookSheets, file: str, wanted: Wanted, agency: str = ""
) -> tuple[FormSheet | None, Finding | None]:
    """The sheet with the form, or why there is not just one."""
    forms = _form_sheets(workbook, wanted.plan_rows)
    if IDENTITY_SHEET not in workbook.names:
        forms = [form for form in forms if _looks_like_a_form(form)]
    if not forms:
        return None, finding("file-not-a-form", Place(file), agency=agency)
    if len(forms) > 1:
        sheets = ", ".join(form.grid.name for form in forms)
        return None, finding("form-repeated", Place(file), sheets, agency=agency)
    return forms[0], None


def _form_sheets(workbook: WorkbookSheets, plan_rows: PlanRows) -> list[FormSheet]:
    """The sheets that hold a form with rows of the plan; of several only those filled in."""
    found = []
    names = [name for name in workbook.names if name != IDENTITY_SHEET]
    for name in sorted(names, key=lambda name: name != FORM_SHEET):
        form = _form_sheet(workbook.grid(name))
        if form and _has_rows_of(form, plan_rows):
            found.append(form)
    if len(found) < 2:
        return found
    return [form for form in found if _is_filled_in(form)] or found[:1]


def _form_sheet(grid: Grid) -> FormSheet | None:
    for at, row in enumerate(grid.rows):
        if not any(isinstance(v, str) and heading_of(v) in _MARKS for v in row):
            continue
        # Retyped without diacritics, a heading is still that heading.
        known = [heading_of(v) or v if isinstance(v, str) else v for v in row]
        exact = find_columns(row, _HEADINGS)
        columns = {**find_columns(known, _HEADINGS), **exact}
        if len(columns) >= _ENOUGH_HEADINGS and columns.keys() & set(_ENTRY_HEADINGS):
            counts = Counter(heading_of(v) for v in row if isinstance(v, str))
            repeated = tuple(h for h in columns if counts[h] > 1)
            return FormSheet(grid, at, columns, repeated)
    return None


def _has_rows_of(form: FormSheet, plan_rows: PlanRows) -> bool:
    """Whether rows below the heading stand for rows of a plan, and not of a table of the
    agency's own with like headings."""
    at = [form.columns.get(h) for h in (ROW_KEY_HEADING, _CODE_HEADING, _TITLE_HEADING)]
    for row in form.grid.rows[form.heading + 1 :]:
        item_key, code, title = (row[column] if column is not None else "" for column in at)
        if item_key in plan_rows.items or key(cell_text(title)) in plan_rows.keys_by_title:
            return True
        if at[2] is None and plan_rows.keys_of_code(code):
            return True
        if any(
            plan_rows.is_title_of(plan_rows.items[k], cell_text(title))
            for k in plan_rows.keys_of_code(code)
        ):
            return True
    return False


def _looks_like_a_form(form: FormSheet) -> bool:
    """Whether a sheet has what tells a form from other tables of a plan."""
    entries = form.columns.keys() & set(_ENTRY_HEADINGS)
    return _TITLE_HEADING in form.columns and len(entries) > _FEWEST_ENTRIES


def heading_of(text: str) -> str:
    """The form's heading that a text is, whatever its case and diacritics; "" if none."""
    return _FOLDED.get(fold(key(text)), "") if len(text) < 100 else ""


def _is_filled_in(form: FormSheet) -> bool:
    by = [h for h in (ROW_KEY_HEADING, _CODE_HEADING) if h in form.columns] or [_TITLE_HEADING]
    marks = [form.columns[h] for h in by if h in form.columns]
    entries = [form.columns[h] for h in _ENTRY_HEADINGS if h in form.columns]
    below = (row for row in form.grid.rows[form.heading + 2 :] if not is_heading_row(row))
    return any(
        any(row[at] != "" for at in marks) and any(row[at] != "" for at in entries)  # 0 counts
        for row in below
    )


def is_heading_row(row: Sequence[object]) -> bool:
    """A form's heading (again, as copied with a page), or its row of column numbers."""
    texts = [value for value in row if isinstance(value, str) and value]
    headings = sum(bool(heading_of(text)) for text in texts)
    numbers = sum(bool(_NUMBERING.fullmatch(text.strip())) for text in texts)
    return headings > 2 or numbers > 2
