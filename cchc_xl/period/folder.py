"""A period's folder -> all that a consolidation is made of, and what the journal keeps of it."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from ..errors import NoReturnsError, UnreadableFileError
from ..findings.finding import Finding, Place, finding
from ..ledger.issued_forms import issued_from_json
from ..plan.model import Programme
from ..plan.periods import Period
from ..workspace.disk import arrival, read_file
from ..workspace.folders import Workspace
from ..workspace.journal import Journal, RememberedSheets, ReturnedFile, Seen, seen_until, sha256_of
from .consolidation import Inputs, Outcome, record_of

_LARGEST_FILE = 100 * 2**20  # of a returned file, in bytes


def inputs_of(
    workspace: Workspace,
    programme: Programme,
    findings: Iterable[Finding],
    period: Period,
    with_report: bool = False,
    may_be_empty: bool = False,
) -> Inputs:
    """What a period's consolidation is made of, as it stands in the folder now; `findings`
    are those of the plan. A report that was made once is made anew, so that it never says
    something else than the workbook. Raises NoReturnsError when nothing came, unless it may."""
    journal = Journal(workspace)
    seen = {
        past: seen_until(journal.last(past.id))
        for past in programme.periods
        if past == period or (past.year == period.year and past.months < period.months)
    }
    files = {past: returned_files(workspace, past, seen[past]) for past in seen if past != period}
    files = {past: found for past, found in files.items() if found}
    files[period] = returned_files(workspace, period, seen[period])
    if not files[period] and not may_be_empty:
        raise NoReturnsError(
            f"Chưa có phiếu nào trong {workspace.inbox(period.id)}. Chép các phiếu nhận về vào "
            "thư mục này rồi chạy lại."
        )
    issued = workspace.issued(period.id)
    return Inputs(
        programme,
        tuple(findings),
        period,
        files,
        seen[period],
        issued_from_json(read_file(issued)) if issued.exists() else {},
        workspace.own_templates(),
        with_report or workspace.report(period.id).exists(),
    )


def returned_files(
    workspace: Workspace, period: Period, seen: Iterable[Seen] = ()
) -> list[ReturnedFile]:
    """Every file of a period's nhan-ve, as it came. One that was `seen` at an earlier
    consolidation came by then: a copied folder has the time of the copying."""
    came = {one.sha256: one.arrived for one in seen if one.sha256 == one.kept}
    files = []
    for name, path in workspace.returned_files(period.id):
        try:
            if path.stat().st_size > _LARGEST_FILE:
                raise UnreadableFileError("tệp quá lớn, không thể là phiếu báo cáo")
            one = ReturnedFile(name, read_file(path), arrival(path))
            earlier = min(one.arrived, came.get(one.sha256, one.arrived))
            files.append(one._replace(arrived=earlier))
        except UnreadableFileError as error:  # locked or gone: the others go on
            files.append(ReturnedFile(name, None, arrival(path), str(error)))
    return files


def to_journal(
    workspace: Workspace, plan: RememberedSheets, inputs: Inputs, outcome: Outcome
) -> dict[Path, bytes]:
    """What the journal keeps of a consolidation; nothing where it has just that already."""
    journal = Journal(workspace)
    number = journal.next_number(inputs.period.id)
    record, contents = record_of(inputs, outcome, number, plan)
    last = journal.last(inputs.period.id)
    if last and last.inputs == record.inputs:
        return {}
    return {**journal.to_keep(contents), **journal.to_write(record)}


def results_to_write(
    workspace: Workspace, period: Period, outcome: Outcome
) -> tuple[dict[Path, bytes], list[Finding]]:
    """Where a period's outputs go. What people have changed in an output of before is kept beside
    it, and a report that they changed stays as it is while its figures have not changed."""
    runs = Journal(workspace).of_period(period.id)
    ours = {(name, sha256) for run in runs for name, sha256 in run.outputs.items()}
    paths = {
        "monitoring": workspace.monitoring(period.id),
        "report": workspace.report(period.id),
        "figures": workspace.figures(period.id),
    }
    files: dict[Path, bytes] = {}
    found = []
    for name, content in outcome.contents.items():
        path = paths[name]
        files[path] = content
        if name == "figures" or not path.exists():
            continue
        there = read_file(path)
        if (name, sha256_of(there)) in ours or there == content:
            continue
        last = next((run.outputs[name] for run in reversed(runs) if name in run.outputs), "")
        if name == "report" and last == sha256_of(content):
            del files[path]
            found.append(finding("report-edited", Place(path.name), path.name))
            continue
        kept = path.with_stem(f"{path.stem}_sua-tay-{sha256_of(there)[:8]}")
        files[kept] = there
        found.append(finding("output-edited", Place(path.name), path.name, kept=kept.name))
    return files, found


def changed_earlier(workspace: Workspace, inputs: Inputs) -> list[Finding]:
    """The earlier periods whose returns are no longer those that their own results were made of:
    what is said of them here differs from what was issued then."""
    journal = Journal(workspace)
    found = []
    for period, files in inputs.files.items():
        last = journal.last(period.id)
        if period == inputs.period or last is None:
            continue
        then = sorted((one["file"], one["sha256"]) for one in last.files[period.id])
        if then != sorted((one.name, one.sha256) for one in files):
            found.append(finding("earlier-changed", Place(), period.id))
    return found
