"""What became of a returned file."""

from __future__ import annotations

from enum import StrEnum


class Fate(StrEnum):
    """A fate by its name in the journal; `words` are the officers' for it, `colour` is the name
    of its colour in `styles.toml`."""

    words: str
    colour: str

    ACCEPTED = "accepted", "Đã nhận", "done"
    SUPERSEDED = "superseded", "Có bản mới hơn"
    REJECTED = "rejected", "Không dùng được", "error"
    EXCLUDED = "excluded", "Loại khỏi tổng hợp"  # by an officer
    GONE = "gone", "Không còn trong thư mục"

    def __new__(cls, name: str, words: str, colour: str = "") -> Fate:
        fate = str.__new__(cls, name)
        fate._value_ = name
        fate.words, fate.colour = words, colour
        return fate


FATE_WORDS = tuple(fate.words for fate in Fate)
