"""A plan's folder as analysts open it: `cchc_xl.open("CCHC-2018").facts("2018-6T")`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ..master.opening import Loaded, find_period, load
from .consolidation import PeriodReading, Progress, read_period, silent
from .folder import inputs_of


def read_returns(loaded: Loaded, period_id: str, progress: Progress = silent) -> PeriodReading:
    """Read what came back for a period, and write nothing."""
    period = find_period(loaded.programme, period_id)
    inputs = inputs_of(loaded.workspace, loaded.programme, loaded.findings, period)
    return read_period(inputs, progress)


class Opened:
    """The plan as its master workbook was saved, with what came back; nothing is written.

    Frames are pandas', with the columns of `ledger.frame.COLUMNS`: money in đồng, <NA> where
    nothing is known.
    """

    def __init__(self, folder: Path):
        self._loaded = load(folder)

    @property
    def periods(self) -> list[str]:
        """The ids of the reporting periods."""
        return list(self._loaded.programme.period_by_id)

    def facts(self, period: str) -> Any:
        """What each agency says of each row that it must report, held to the rules. Raises
        UnknownPeriodError, and NoReturnsError when nothing came."""
        from ..ledger.frame import frame_of  # brings in pandas

        return frame_of([read_returns(self._loaded, period).ledger])

    def year(self, period: str) -> Any:
        """The same for all periods of the year up to this one that have returns, in their order."""
        from ..ledger.frame import frame_of  # brings in pandas

        ledger, earlier, _ = read_returns(self._loaded, period)
        return frame_of([*earlier, ledger])
