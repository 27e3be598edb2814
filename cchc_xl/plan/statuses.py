"""How far work has come: four words that agencies report, two that are derived."""

from __future__ import annotations

from enum import StrEnum


class Status(StrEnum):
    """A status by its words, in the order in which tables show them; `colour` is the name of
    its colour in `styles.toml`, "" where it has none."""

    colour: str

    DONE = "Hoàn thành", "done"
    IN_PROGRESS = "Đang thực hiện"
    NOT_STARTED = "Chưa thực hiện"
    OVERDUE = "Quá hạn", "error"  # the deadline passed and the work is not finished
    CANCELLED = "Không thực hiện"
    NOT_REPORTED = "Chưa báo cáo", "warning"  # no accepted return says a status

    def __new__(cls, words: str, colour: str = "") -> Status:
        status = str.__new__(cls, words)
        status._value_ = words
        status.colour = colour
        return status


# What an agency can choose, in the order of the form's list.
REPORTED_STATUSES = (Status.NOT_STARTED, Status.IN_PROGRESS, Status.DONE, Status.CANCELLED)
STATUS_COLOURS: dict[str, str] = {status: status.colour for status in Status if status.colour}
