"""A period's inputs -> its ledger and the bytes of its outputs. Reads and writes no folder:
the same inputs give the same bytes, today or from the journal years later."""

from __future__ import annotations

import datetime
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from .. import __version__
from ..errors import UnreadableFileError
from ..files.attachments import CONTAINERS, Attachment
from ..files.containers import container_of, unpack
from ..files.isolation import Reader, read_all
from ..files.returned_workbook import read_workbook
from ..findings.finding import Finding, Place, finding
from ..findings.severity import Severity
from ..ledger.checks import Issued
from ..ledger.figure_file import figures_of
from ..ledger.issued_forms import issued_from_json, issued_to_json
from ..ledger.ledger import Ledger, consolidate
from ..master.reader import read_master
from ..plan.fates import Fate
from ..plan.model import Programme
from ..plan.periods import Period
from ..plan.proofs import prove_programme
from ..returns.form import agency_of_name
from ..returns.reader import ReturnReader, rejected
from ..returns.returned import Return
from ..returns.versions import settle_versions
from ..text.dates import VIETNAM
from ..text.spelling import key
from ..workspace.journal import (
    Journal,
    RecordedSheets,
    RememberedSheets,
    ReturnedFile,
    Run,
    Seen,
    files_to_json,
    recorded_files,
    seen_from_json,
    seen_to_json,
    sha256_of,
)
from ..writing.garbage import few_collections
from ..writing.templates import using

if TYPE_CHECKING:
    from ..outputs.monitoring import Outputs

_SECONDS_FOR_A_CONTAINER = 10.0

# Called with (done, of how many, what) as long work goes on.
Progress = Callable[[int, int, str], None]


def silent(done: int, total: int, what: str) -> None:
    """No progress wanted."""


@dataclass(frozen=True)
class Inputs:
    """All that a consolidation is made of. `files` has the returned files of this period and
    of the year's earlier ones, in their order; `seen` those of this period that were there at
    an earlier consolidation; `issued` what stood on the forms that were sent; `templates` the
    workspace's own; `with_report` whether the report is made too."""

    programme: Programme
    plan_findings: tuple[Finding, ...]
    period: Period
    files: dict[Period, list[ReturnedFile]]
    seen: tuple[Seen, ...] = ()
    issued: Issued | None = None
    templates: Mapping[str, bytes] = field(default_factory=dict)
    with_report: bool = False


class PeriodReading(NamedTuple):
    """What was read: the ledger of the period, those of the year's earlier ones, and every
    finding that is open, the plan's own among them."""

    ledger: Ledger
    earlier: list[Ledger]
    plan_findings: tuple[Finding, ...]

    @property
    def findings(self) -> tuple[Finding, ...]:
        return (*self.ledger.findings, *self.plan_findings)


class Outcome(NamedTuple):
    """What was read, and the outputs made of it."""

    reading: PeriodReading
    outputs: Outputs
    figures: bytes

    @property
    def contents(self) -> dict[str, bytes]:
        """The outputs by the names that the journal has for them."""
        report = {"report": self.outputs.report} if self.outputs.report else {}
        return {"monitoring": self.outputs.workbook, "figures": self.figures, **report}


@few_collections()
def read_period(inputs: Inputs, progress: Progress = silent) -> PeriodReading:
    """Read every return, and put each period together."""
    returns = _read(inputs, progress)
    ledgers: list[Ledger] = []
    for period in inputs.files:
        ledgers.append(
            consolidate(inputs.programme, period, returns[period], ledgers, inputs.issued)
        )
    ledger = ledgers.pop()
    # How the decision was read is noted in the master workbook; here only what is open.
    to_see = [found for found in inputs.plan_findings if found.severity != Severity.INFO]
    to_see += _unused_choices(inputs.programme, ledger)
    return PeriodReading(ledger, ledgers, tuple(to_see))


def outcome_of(inputs: Inputs, progress: Progress = silent) -> Outcome:
    """Read every return, and make the outputs."""
    reading = read_period(inputs, progress)
    from ..outputs.monitoring import write_outputs

    with using(inputs.templates):
        outputs = write_outputs(
            reading.ledger, reading.earlier, reading.plan_findings, inputs.with_report
        )
    return Outcome(reading, outputs, figures_of(reading.ledger))


# ---------------------------------------------------------------------- reading


def _read(inputs: Inputs, progress: Progress) -> dict[Period, list[Return]]:
    """Every file of every period, read; of several versions one is accepted."""
    readers = {period: ReturnReader(inputs.programme, period) for period in inputs.files}
    asked = [(readers[period], period, file) for period in readers for file in inputs.files[period]]
    returns: dict[Period, list[Return]] = {period: [] for period in inputs.files}
    answers = read_all(asked, lambda process, one: _read_file(process, one[0], one[2]))
    for done, ((_, period, file), found) in enumerate(zip(asked, answers, strict=True), 1):
        returns[period] += found
        progress(done, len(asked), file.name)
    settled = {
        period: settle_versions(
            found, [c for c in inputs.programme.choices if c.period == period.id]
        )
        for period, found in returns.items()
    }
    settled[inputs.period] += _gone(
        inputs.seen, settled[inputs.period], inputs.files[inputs.period]
    )
    return settled


def _read_file(process: Reader, reader: ReturnReader, file: ReturnedFile) -> list[Return]:
    """The returns in one file: one, or several where it carries others. Whatever happens, the
    other files go on."""
    unread = Return(file.name, file.sha256, file.arrived, kept=file.sha256)
    try:
        read = [replace(one, kept=file.sha256) for one in _parts_read(process, reader, file)]
        return [_known_by_name(one, reader) for one in read]
    except UnreadableFileError as error:
        why = finding("file-unreadable", Place(file.name), reason=str(error))
    except Exception as error:  # a fault of ours must not cost the other returns
        reason = f"{type(error).__name__}: {error}"
        why = finding("file-fault", Place(file.name), reason=reason)
    return [_known_by_name(rejected(unread, why), reader)]


def _known_by_name(one: Return, reader: ReturnReader) -> Return:
    """A file that could not be read, of the agency whose form it was by the name that it was
    sent with, where nothing else tells; also where an officer left it out."""
    if one.fate not in (Fate.REJECTED, Fate.EXCLUDED) or one.agency:
        return one
    agency = agency_of_name(reader.programme, reader.period, one.file)
    return replace(
        one, agency=agency, findings=tuple(replace(f, agency=agency) for f in one.findings)
    )


def _parts_read(process: Reader, reader: ReturnReader, file: ReturnedFile) -> Iterator[Return]:
    if file.content is None:  # locked or gone
        raise UnreadableFileError(file.fault)
    parts = [Attachment(file.name, file.content)]
    if file.name.lower().endswith(CONTAINERS):
        parts = process.call(unpack, file.name, file.content)
    end = time.monotonic() + _SECONDS_FOR_A_CONTAINER
    opener = partial(process.call, read_workbook)
    for part in parts:
        arrived = reader.period.returned(part.sent, file.arrived)
        fault = part.fault
        if time.monotonic() > end:
            fault = "tệp chứa nó đọc quá lâu, có thể là tệp độc hại"
        if fault:
            unread = Return(part.name, sha256_of(part.content), arrived)
            yield rejected(unread, finding("file-unreadable", Place(part.name), reason=fault))
        else:
            yield reader.read(part.content, part.name, arrived, opener)


def _gone(
    seen: Iterable[Seen], returns: Sequence[Return], files: Sequence[ReturnedFile]
) -> list[Return]:
    """Files that came once and are no longer there: they stay in sight."""
    here = {one.sha256 for one in returns} | {one.sha256 for one in files}
    names = {one.file for one in returns}
    replaced = {one.agency for one in returns if one.fate == Fate.ACCEPTED}
    gone = []
    for one in seen:
        if one.sha256 in here or not one.sha256:
            continue
        name = f"{one.file} (bản trước, {one.sha256[:8]})" if one.file in names else one.file
        # Where the agency's return is at hand, an earlier one is no longer missed.
        severity = Severity.INFO if one.agency in replaced else None
        why = finding(
            "file-gone",
            Place(name),
            agency=one.agency,
            severity=severity,
            kept=f"{one.kept[:2]}/{one.kept}",
        )
        gone.append(
            Return(
                name,
                one.sha256,
                one.arrived,
                agency=one.agency,
                fate=Fate.GONE,
                findings=(why,),
                kept=one.kept,
            )
        )
    return gone


def _unused_choices(programme: Programme, ledger: Ledger) -> list[Finding]:
    """Decisions of officers on files that did not come."""
    came = {key(name) for one in ledger.returns for name in (one.file, container_of(one.file))}
    return [
        finding("choice-unused", choice.place, choice.file)
        for choice in programme.choices
        if choice.period == ledger.period.id and key(choice.file) not in came
    ]


# ------------------------------------------------------------------ for the journal


def record_of(
    inputs: Inputs, outcome: Outcome, number: int, plan: RememberedSheets
) -> tuple[Run, list[bytes]]:
    """The journal's record of a consolidation, and the contents that it names."""
    sheets, issued = plan.to_bytes(), issued_to_json(inputs.issued or {})
    record = Run(
        number=number,
        period=inputs.period.id,
        time=datetime.datetime.now(VIETNAM),
        software=__version__,
        master=plan.name,
        plan=sha256_of(sheets),
        issued=sha256_of(issued),
        files={period.id: files_to_json(files) for period, files in inputs.files.items()},
        seen=seen_to_json(inputs.seen),
        returns=_returns_to_json(outcome.reading.ledger.returns),
        outputs={name: sha256_of(content) for name, content in outcome.contents.items()},
        templates={name: sha256_of(content) for name, content in inputs.templates.items()},
    )
    returned = [one.content for files in inputs.files.values() for one in files]
    kept = [sheets, issued, *inputs.templates.values()]
    return record, [*kept, *(content for content in returned if content is not None)]


def recorded_inputs(journal: Journal, record: Run) -> Inputs:
    """What a consolidation was made of, from the journal. Raises UnreadableFileError when
    something of it is gone."""
    sheets = RecordedSheets(journal.content(record.plan))
    programme, found = read_master(sheets, record.master)
    periods = programme.period_by_id
    return Inputs(
        programme,
        (*found, *prove_programme(programme)),
        periods[record.period],
        {
            periods[period_id]: recorded_files(journal, listed)
            for period_id, listed in record.files.items()
        },
        seen_from_json(record.seen),
        issued_from_json(journal.content(record.issued)),
        {name: journal.content(sha256) for name, sha256 in record.templates.items()},
        "report" in record.outputs,
    )


def _returns_to_json(returns: Iterable[Return]) -> list[dict[str, str]]:
    return [
        {
            "file": one.file,
            "sha256": one.sha256,
            "agency": one.agency,
            "arrived": one.arrived.isoformat(),
            "saved": one.saved.isoformat() if one.saved else "",
            "fate": one.fate,
            "kept": one.kept,
            "why": "" if one.fate == "accepted" else " ".join(f.message for f in one.findings),
        }
        for one in returns
    ]
