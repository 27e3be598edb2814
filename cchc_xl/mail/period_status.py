"""A period's folder -> how the period stands."""

from __future__ import annotations

import datetime
from collections.abc import Sequence

from ..ledger.ledger import Ledger
from ..master.mail_settings import USUAL_DAYS, days_between_reminders
from ..master.opening import Loaded, find_period
from ..period.consolidation import PeriodReading, Progress, read_period, silent
from ..period.folder import inputs_of
from ..returns.form import form_files
from ..text.dates import now
from ..workspace.disk import arrival
from ..workspace.folders import Workspace
from .board import Board, board
from .log import correspondence


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
