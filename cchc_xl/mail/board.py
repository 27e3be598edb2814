"""How a period stands, agency by agency and collector by collector: what was sent, what came,
what is open, and the next step."""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ..findings.severity import Severity
from ..ledger.ledger import Ledger
from ..ledger.result_rows import Row, Submission, counts_to_see, submissions, to_answer
from ..master.layout import RESULT_COLLECTORS, RESULT_SUBMISSIONS
from ..master.mail_settings import USUAL_DAYS, days_between_reminders
from ..master.opening import Loaded, find_period
from ..master.result_tables import RESULTS
from ..outputs.appendices import collections_of
from ..period.consolidation import PeriodReading, Progress, read_period, silent
from ..period.folder import inputs_of
from ..plan.mail_kinds import MailKind, Stage
from ..plan.model import Item
from ..plan.periods import Period
from ..returns.form import form_files
from ..text.dates import format_date, now
from ..text.spelling import key
from ..workspace.disk import arrival
from ..workspace.folders import Workspace
from .chasing import Mails, Reminder, mails_to, next_reminder, next_step, state_of, trouble_of
from .log import DRAFT, Correspondence, MailEvent, correspondence

_MANY = 8  # more names than this are counted, not listed


@dataclass(frozen=True)
class AgencyStatus:
    """One agency in a period. `late` is how many days its return came late or, where there is
    none, how many days the due day has passed. `mails` are as `mails_to` has them; `reminder` is
    the next one where the agency owes something; `answered` is when it was answered last;
    `trouble` what happened to the last mail that did not arrive; `in_time` of `asked` periods of
    the year came in time."""

    agency: str
    state: Stage
    form_made: datetime.date | None
    mails: Mails
    reminder: Reminder | None
    submission: Submission
    late: int | None
    rows_due: int
    rows_reported: int | None
    errors: int
    warnings: int
    why_unusable: str
    contact: str
    phone: str
    email: str
    answered: datetime.datetime | None
    in_time: int
    asked: int
    trouble: str
    next_step: str

    def mailed(self, kind: MailKind, number: int = -1) -> MailEvent | None:
        """A mail of a kind, the last unless told; None where there is none."""
        found = self.mails[kind]
        return found[number] if -1 <= number < len(found) and found else None

    def mailed_text(self, kind: MailKind, number: int = -1) -> str:
        """When a mail went out, and that it is a draft where we do not know more."""
        event = self.mailed(kind, number)
        if event is None:
            return ""
        return f"{format_date(event.time.date())}{' (nháp)' if event.event == DRAFT else ''}"

    @property
    def handled(self) -> str:
        return self.state.words

    @property
    def punctuality(self) -> str:
        return f"{self.in_time}/{self.asked}" if self.asked else ""

    @property
    def returned(self) -> datetime.date | None:
        newest = self.submission.newest
        return newest.arrived.date() if newest else None

    @property
    def file(self) -> str:
        newest = self.submission.newest
        return newest.file if newest else ""


@dataclass(frozen=True)
class CollectorStatus:
    """What a collector of Phụ lục 2 owes at one frequency: `rows` to collect for, of which
    `complete` have every report; `done` of `due` collections (None where the frequency states
    no number); the rows that lack reports, and who owes those."""

    name: str
    duty: str
    frequency: str
    rows: int
    complete: int
    done: int
    due: int | None
    missing: tuple[str, ...]
    agencies: tuple[str, ...]

    @property
    def owed(self) -> int:
        """How many collections are behind, else how many rows are incomplete."""
        return self.rows - self.complete if self.due is None else max(0, self.due - self.done)

    @property
    def collections(self) -> str:
        """Those done of those due."""
        if self.due is None:
            return ""
        return f"{self.done}/{self.due}" if self.due else "Chưa đến kỳ"

    @property
    def owing(self) -> str:
        """The agencies that owe reports, each on a line, or how many they are."""
        many = len(self.agencies) > _MANY
        return f"{len(self.agencies)} cơ quan" if many else "\n".join(self.agencies)


@dataclass(frozen=True)
class Board:
    """A period as it stands on a day; None for the day leaves out what depends on it."""

    period: Period
    day: datetime.date | None
    agencies: tuple[AgencyStatus, ...]
    collectors: tuple[CollectorStatus, ...]

    @property
    def tables(self) -> dict[str, list[Row]]:
        """Sheet -> rows of the master's sheets that show it."""
        return {
            RESULT_SUBMISSIONS: RESULTS[RESULT_SUBMISSIONS].shown(self.agencies),
            RESULT_COLLECTORS: RESULTS[RESULT_COLLECTORS].shown(self.collectors),
        }


def board(
    so_far: Sequence[Ledger],
    log: Correspondence,
    forms_made: Mapping[str, datetime.date],
    day: datetime.date | None,
    days_between: int,
) -> Board:
    """How the last of the year's ledgers stands on a day; `log` is the mail of its period,
    `forms_made` says when the form of an agency was made, `days_between` how long to wait after
    a reminder or an answer."""
    ledger = so_far[-1]
    open_returns, to_see = to_answer(ledger), counts_to_see(ledger)
    rows = ledger.programme.rows_by_agency(ledger.period)
    punctual = _punctuality(so_far, day)
    agencies = []
    for one in submissions(ledger):
        unit = ledger.programme.registry.by_name[one.agency]
        newest, found = open_returns.get(one.agency, (None, []))
        to_mend = sum(f.severity in (Severity.ERROR, Severity.WARNING) for f in found)
        counts = to_see.get(one.agency, Counter())
        mails = mails_to(log, one.agency)
        answers = mails[MailKind.FEEDBACK]
        state = state_of(one.agency, one.accepted, newest, to_mend, log)
        late = one.late
        if state == Stage.MISSING and day is not None:
            late = ledger.period.days_late(day) or None
        made, pressing = forms_made.get(one.agency), counts[Severity.ERROR] > 0 or not one.accepted
        reminder = next_reminder(state, pressing, mails, ledger.period, made, day, days_between)
        trouble = trouble_of(log, one.agency, unit.email)
        contact = _contact(so_far, one)
        refused = one.newest.findings if one.newest and not one.accepted else ()
        in_time, asked = punctual.get(one.agency, (0, 0))
        agencies.append(
            AgencyStatus(
                agency=one.agency,
                state=state,
                form_made=made,
                mails=mails,
                reminder=reminder,
                submission=one,
                late=late,
                rows_due=sum(map(len, rows[one.agency].values())),
                rows_reported=len(one.newest.rows) if one.newest and one.accepted else None,
                errors=counts[Severity.ERROR],
                warnings=counts[Severity.WARNING],
                why_unusable=" ".join(found.message for found in refused),
                contact=contact,
                phone=unit.phone,
                email=unit.email,
                answered=log.handed_over(answers[-1]).time if answers else None,
                in_time=in_time,
                asked=asked,
                trouble=trouble.text,
                next_step=next_step(
                    state, reminder, mails, ledger.period, late, trouble, contact or unit.phone
                ),
            )
        )
    return Board(ledger.period, day, tuple(agencies), tuple(_collectors(so_far)))


def _contact(so_far: Sequence[Ledger], one: Submission) -> str:
    """Who filled in the agency's last form that says so, with a telephone number."""
    newest = [one.newest] if one.newest else []
    earlier = [past.accepted.get(one.agency) for past in reversed(so_far[:-1])]
    return next((found.contact for found in (*newest, *earlier) if found and found.contact), "")


def _punctuality(so_far: Sequence[Ledger], day: datetime.date | None) -> dict[str, tuple[int, int]]:
    """Agency -> in how many of the year's periods it returned in time, of how many that it was
    asked for and whose day has come."""
    found: dict[str, tuple[int, int]] = {}
    for ledger in so_far:
        for one in submissions(ledger):
            in_time, asked = found.get(one.agency, (0, 0))
            waiting = day is None or not ledger.period.days_late(day)
            if not one.accepted and waiting:
                continue
            good = one.accepted and not one.late
            found[one.agency] = in_time + good, asked + 1
    return found


# ------------------------------------------------------------------- collectors


def _collectors(so_far: Sequence[Ledger]) -> list[CollectorStatus]:
    ledger = so_far[-1]
    groups: dict[tuple[str, str], list] = {}
    printed: dict[str, str] = {}
    for plan in ledger.programme.plans:
        for item in plan.leaves:
            if item.collector:
                printed.setdefault(key(item.collector), item.collector)
                at = key(item.collector), item.frequency
                groups.setdefault(at, []).append(ledger.result(item))
    names = list(printed)
    found = []
    for (person, frequency), results in groups.items():
        name, _, duty = (part.strip() for part in printed[person].partition(","))
        counts = [collections_of(result, so_far) for result in results]
        dues = [due for _, due, _ in counts if due is not None]
        lacking = [r.item for r in results if r.reported < r.due]
        owing = [
            agency
            for item in lacking
            for agency in ledger.programme.reporters(item, ledger.period)
            if agency not in _reported(ledger, item)
        ]
        found.append(
            CollectorStatus(
                name,
                duty,
                frequency,
                len(results),
                sum(complete for _, _, complete in counts),
                sum(min(done, due) for done, due, _ in counts if due is not None),
                sum(dues) if dues else None,
                tuple(item.code for item in lacking),
                tuple(dict.fromkeys(owing)),
            )
        )
    return sorted(found, key=lambda one: (names.index(key(_whole(one))), one.frequency))


def _reported(ledger: Ledger, item: Item) -> set[str]:
    """The agencies that reported a row."""
    return {fact.agency for fact in ledger.reported(item.plan, item.code)}


def _whole(one: CollectorStatus) -> str:
    return f"{one.name}, {one.duty}" if one.duty else one.name


# ------------------------------------------------------------ of a period's folder


def today() -> datetime.date:
    """The day in the office."""
    return now().date()


def read_so_far(loaded: Loaded, period_id: str, progress: Progress = silent) -> PeriodReading:
    """What came back for a period by now, even when that is nothing."""
    period = find_period(loaded.programme, period_id)
    inputs = inputs_of(
        loaded.workspace, loaded.programme, loaded.findings, period, may_be_empty=True
    )
    return read_period(inputs, progress)


def standing(
    workspace: Workspace,
    so_far: Sequence[Ledger],
    day: datetime.date | None = None,
    days_between: int = USUAL_DAYS,
) -> Board:
    """How the last of the year's ledgers stands on a day, with the mail of its period."""
    ledger = so_far[-1]
    folder = workspace.forms(ledger.period.id)
    files = form_files(ledger.programme, ledger.period)
    made = {
        agency: arrival(folder / file).date()
        for agency, file in files.items()
        if (folder / file).exists()
    }
    log = correspondence(workspace.correspondence(ledger.period.id), ledger.programme.registry)
    return board(so_far, log, made, day, days_between)


def standing_of(loaded: Loaded, so_far: Sequence[Ledger], day: datetime.date) -> Board:
    """The same for a workspace whose master says how long to wait between reminders."""
    sheets = loaded.sheets
    days_between = days_between_reminders(sheets, sheets.name)
    return standing(loaded.workspace, so_far, day, days_between)


def status_of(loaded: Loaded, period_id: str, progress: Progress = silent) -> Board:
    """How a period stands today; nothing is written."""
    reading = read_so_far(loaded, period_id, progress)
    return standing_of(loaded, [*reading.earlier, reading.ledger], today())
