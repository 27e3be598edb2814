"""How much a finding matters."""

from __future__ import annotations

from enum import StrEnum


class Severity(StrEnum):
    """The gravest first; `words` are the officers' for it, `colour` is the name of its colour in
    `styles.toml`."""

    words: str
    colour: str

    ERROR = "error", "Lỗi", "error"  # a figure was left out, or the plan contradicts itself
    WARNING = "warning", "Cảnh báo", "warning"  # taken as it stands; somebody should look
    INFO = "info", "Ghi chú"  # how the software read what was not written plainly
    TRIAL = "trial", "Thử"  # what a rule on trial would say; never in the catalogue itself

    def __new__(cls, name: str, words: str, colour: str = "") -> Severity:
        severity = str.__new__(cls, name)
        severity._value_ = name
        severity.words, severity.colour = words, colour
        return severity

    @property
    def rank(self) -> int:
        return list(Severity).index(self)
