"""What is written for others, to be mailed: forms, feedback, and a workbook for each agency and
each collector."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from pathlib import Path
from typing import NamedTuple

from .agencies import slug
from .consolidation import (
    Progress,
    read_period,
    silent,
)
from .findings import Finding, Place, finding
from .forms import form_name, write_form
from .issued import issued_from_json, issued_to_json, with_forms_of
from .loading import Loaded, find_period
from .period_folder import inputs_of
from .templates import using
from .workspace import read_file

# ------------------------------------------------------------------------ forms


def make_forms(
    loaded: Loaded, period_id: str, progress: Progress = silent
) -> tuple[dict[str, Path], list[Finding]]:
    """Write the form of every agency that must report; gives agency -> path."""
    workspace, programme = loaded.workspace, loaded.programme
    period = find_period(programme, period_id)
    folder = workspace.forms(period.id)
    own = workspace.own_templates()
    agencies = [programme.registry.by_name[name] for name in programme.rows_by_agency(period)]
    files: dict[Path, bytes] = {}
    paths: dict[str, Path] = {}
    for done, agency in enumerate(agencies, 1):
        path = folder / f"{form_name(period, agency.name)}.xlsx"
        if path in files:  # two names that differ in diacritics only
            path = path.with_stem(f"{path.stem}_{slug(agency.id)}")
        with using(own):
            files[path] = write_form(programme, period, agency)
        paths[agency.name] = path
        progress(done, len(agencies), agency.name)
    with workspace.working():
        sent = workspace.issued(period.id)
        before = issued_from_json(read_file(sent)) if sent.exists() else {}
        issued = issued_to_json(with_forms_of(programme, period, before))
        workspace.write({**files, sent: issued})
    workspace.inbox(period.id).mkdir(parents=True, exist_ok=True)
    return paths, _stale("stale-form", folder.glob("Phieu_*.xlsx"), files)


# --------------------------------------------------------------------- phản hồi


def make_feedback(
    loaded: Loaded, period_id: str, progress: Progress = silent
) -> tuple[dict[str, Path], list[Finding]]:
    """Write what goes back to agencies whose returns are to be mended: agency -> its marked
    workbook (a cover text stands beside it), and files of an earlier time that no longer hold.

    Raises NoReturnsError when nothing came.
    """
    from .feedback import make_feedback as answers_to  # brings in openpyxl

    workspace, period = loaded.workspace, find_period(loaded.programme, period_id)
    with workspace.working(), using(workspace.own_templates()):
        inputs = inputs_of(loaded.workspace, loaded.programme, loaded.findings, period)
        given = {file.name: file for file in inputs.files[period]}
        folder = workspace.feedback(period.id)
        files: dict[Path, bytes] = {}
        paths: dict[str, Path] = {}
        for one in answers_to(read_period(inputs), given, progress):
            path = folder / f"Phan-hoi_{period.id}_{slug(one.agency)[:80]}.xlsx"
            files[path] = one.workbook
            files[path.with_suffix(".txt")] = one.cover.encode("utf-8-sig")
            paths[one.agency] = path
        workspace.write(files)
    return paths, _stale("stale-feedback", folder.glob("Phan-hoi_*.xlsx"), files)


# -------------------------------------------------------------- bảng từng nơi


class Handouts(NamedTuple):
    """Workbooks to mail: agency -> path, collector as printed -> path; and files of an earlier
    time that no longer hold."""

    agencies: dict[str, Path]
    collectors: dict[str, Path]
    stale: list[Finding]


def make_handouts(loaded: Loaded, period_id: str, progress: Progress = silent) -> Handouts:
    """Write a workbook of their own for every agency that must report and for every collector.
    Raises NoReturnsError when nothing came."""
    from .collector_handouts import collector_handouts  # both bring in pandas
    from .handouts import agency_handouts, handout_paths

    workspace, period = loaded.workspace, find_period(loaded.programme, period_id)
    folders = workspace.agency_handouts(period.id), workspace.collector_handouts(period.id)
    with workspace.working(), using(workspace.own_templates()):
        inputs = inputs_of(loaded.workspace, loaded.programme, loaded.findings, period)
        ledger, earlier, _ = read_period(inputs, progress)
        agencies, people = agency_handouts(ledger), collector_handouts(ledger, earlier)
        short = {printed: printed.partition(",")[0] for printed in people}  # without the duty
        to_agencies = handout_paths(folders[0], period, {name: name for name in agencies})
        to_people = handout_paths(folders[1], period, short)
        files = {to_agencies[name]: content for name, content in agencies.items()}
        files |= {to_people[name]: content for name, content in people.items()}
        workspace.write(files)
    written = (path for folder in folders for path in folder.glob("Theo-doi_*.xlsx"))
    return Handouts(to_agencies, to_people, _stale("stale-handout", written, files))


def _stale(code: str, present: Iterable[Path], written: Collection[Path]) -> list[Finding]:
    """A finding for each file that an earlier run wrote and this one did not."""
    left = [path for path in sorted(present) if path not in written]
    return [finding(code, Place(path.name), path.name) for path in left]
