"""The words for how far work has come: four that agencies report, two that are derived."""

from __future__ import annotations

NOT_STARTED = "Chưa thực hiện"
IN_PROGRESS = "Đang thực hiện"
DONE = "Hoàn thành"
CANCELLED = "Không thực hiện"

OVERDUE = "Quá hạn"  # the deadline passed and the work is not finished
NOT_REPORTED = "Chưa báo cáo"  # no accepted return says a status

REPORTED_STATUSES = (NOT_STARTED, IN_PROGRESS, DONE, CANCELLED)
ALL_STATUSES = (DONE, IN_PROGRESS, NOT_STARTED, OVERDUE, CANCELLED, NOT_REPORTED)

# By the names of the colours in `styles.toml`.
STATUS_COLOURS = {OVERDUE: "error", NOT_REPORTED: "warning", DONE: "done"}
