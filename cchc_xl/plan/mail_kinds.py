"""How far an agency has come with its return, and the kinds of mail that the office sends."""

from __future__ import annotations

from enum import StrEnum

from .fates import Fate


class Stage(StrEnum):
    """A stage by its name for other programs; `words` are the officers' for it, `colour` is the
    name of its colour in `styles.toml`."""

    words: str
    colour: str

    MISSING = "missing", "Chưa nộp", "error"
    UNUSABLE = "unusable", Fate.REJECTED.words, "error"
    TO_ANSWER = "to-answer", "Cần phản hồi", "warning"
    ASKED = "asked", "Đã yêu cầu sửa", "warning"  # to mend it, or to send a usable one
    FINE = "accepted", "Đạt", "done"

    def __new__(cls, name: str, words: str, colour: str) -> Stage:
        stage = str.__new__(cls, name)
        stage._value_ = name
        stage.words, stage.colour = words, colour
        return stage


class MailKind(StrEnum):
    """A kind of mail by its name in the log: what `cchc-xl send` and the button call it, its
    template, how files with it are called, and the stages of an agency in which it is wanted.
    What is written, attached and to whom: `mail.outgoing.WRITERS`."""

    command: str
    button: str
    template: str
    file: str
    wanted: tuple[Stage, ...]

    FORM = "form", "forms", "Gửi phiếu", "thu-phieu.txt", "phieu", (Stage.MISSING,)
    REMINDER = (
        "reminder",
        "reminders",
        "Nhắc nộp",
        "thu-nhac.txt",
        "nhac",
        (Stage.MISSING, Stage.ASKED),
    )
    FEEDBACK = (
        "feedback",
        "feedback",
        "Gửi phản hồi",
        "phan-hoi.txt",
        "phan-hoi",
        (Stage.TO_ANSWER, Stage.UNUSABLE, Stage.ASKED),
    )
    RESULT = "result", "results", "Gửi kết quả", "thu-ket-qua.txt", "ket-qua", ()  # to leaders

    def __new__(
        cls,
        name: str,
        command: str,
        button: str,
        template: str,
        file: str,
        wanted: tuple[Stage, ...],
    ) -> MailKind:
        kind = str.__new__(cls, name)
        kind._value_ = name
        kind.command, kind.button, kind.template = command, button, template
        kind.file, kind.wanted = file, wanted
        return kind

    @property
    def subject(self) -> str:
        """The line of `van-ban.toml`, under [thu], that has its subject."""
        return self.file.replace("-", "_")
