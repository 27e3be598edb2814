"""What is written for others, to be mailed: forms, feedback, and a workbook for each agency and
each collector."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from ..findings.finding import Finding, Place, finding
from ..ledger.issued_forms import issued_from_json, issued_to_json, with_forms_of
from ..master.opening import Loaded, find_period
from ..returns.form import feedback_files, form_files, write_form
from ..workspace.disk import read_file
from ..writing.templates import using
from .consolidation import Progress, read_period, silent
from .folder import inputs_of

if TYPE_CHECKING:
    from .feedback import Feedback  # brings in openpyxl

# ------------------------------------------------------------------------ forms


class Made(NamedTuple):
    """What was made for agencies, not yet written: agency -> path, path -> content."""

    paths: dict[str, Path]
    files: dict[Path, bytes]


def forms_of(loaded: Loaded, period_id: str, progress: Progress = silent) -> Made:
    """The form of every agency that must report, and the note of what stands on it."""
    workspace, programme = loaded.workspace, loaded.programme
    period = find_period(programme, period_id)
    folder, own = workspace.forms(period.id), workspace.own_templates()
    names = form_files(programme, period)
    made = Made({name: folder / file for name, file in names.items()}, {})
    for done, (name, path) in enumerate(made.paths.items(), 1):
        with using(own):
            made.files[path] = write_form(programme, period, programme.registry.by_name[name])
        progress(done, len(names), name)
    sent = workspace.issued(period.id)
    before = issued_from_json(read_file(sent)) if sent.exists() else {}
    made.files[sent] = issued_to_json(with_forms_of(programme, period, before))
    return made


def make_forms(
    loaded: Loaded, period_id: str, progress: Progress = silent
) -> tuple[dict[str, Path], list[Finding]]:
    """Write the form of every agency that must report; gives agency -> path."""
    workspace, period = loaded.workspace, find_period(loaded.programme, period_id)
    with workspace.working():
        made = forms_of(loaded, period_id, progress)
        workspace.write(made.files)
    workspace.inbox(period.id).mkdir(parents=True, exist_ok=True)
    written = workspace.forms(period.id).glob("Phieu_*.xlsx")
    return made.paths, _stale("stale-form", written, made.files)


# --------------------------------------------------------------------- phản hồi


class FeedbackMade(NamedTuple):
    """Feedback not yet written: agency -> what goes to it, and the path of its workbook."""

    answers: dict[str, Feedback]
    paths: dict[str, Path]
    files: dict[Path, bytes]


def feedback_of(loaded: Loaded, period_id: str, progress: Progress = silent) -> FeedbackMade:
    """What goes back to agencies whose returns are to be mended. Raises NoReturnsError when
    nothing came."""
    from .feedback import make_feedback as answers_to  # brings in openpyxl

    workspace, period = loaded.workspace, find_period(loaded.programme, period_id)
    made = FeedbackMade({}, {}, {})
    with using(workspace.own_templates()):
        inputs = inputs_of(workspace, loaded.programme, loaded.findings, period)
        given = {file.name: file for file in inputs.files[period]}
        folder = workspace.feedback(period.id)
        names = feedback_files(loaded.programme, period)
        for one in answers_to(read_period(inputs), given, progress):
            path = folder / names[one.agency]
            made.answers[one.agency], made.paths[one.agency] = one, path
            made.files[path] = one.workbook
            made.files[path.with_suffix(".txt")] = one.cover.encode("utf-8-sig")
    return made


def make_feedback(
    loaded: Loaded, period_id: str, progress: Progress = silent
) -> tuple[dict[str, Path], list[Finding]]:
    """Write what goes back to agencies whose returns are to be mended: agency -> its marked
    workbook (a cover text stands beside it), and files of an earlier time that no longer hold.

    Raises NoReturnsError when nothing came.
    """
    workspace, period = loaded.workspace, find_period(loaded.programme, period_id)
    with workspace.working():
        made = feedback_of(loaded, period_id, progress)
        workspace.write(made.files)
    written = workspace.feedback(period.id).glob("Phan-hoi_*.xlsx")
    return made.paths, _stale("stale-feedback", written, made.files)


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
    from ..outputs.collector_handouts import collector_handouts
    from ..outputs.handouts import agency_handouts, handout_paths

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
