"""What was mailed in a period and what became of it: `nhat-ky/thu_KỲ.jsonl`, a line for each
event, only ever added to.

A mail is written down before it is handed over and again after it: where only the first is
there, nobody knows whether it went out, and it is not sent again by itself.
"""

from __future__ import annotations

import datetime
import json
import os
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from pathlib import Path
from typing import Any

from ..errors import OutputError, UnreadableFileError
from ..plan.agencies import Registry
from ..plan.mail_kinds import MailKind
from ..workspace.disk import cause, read_file

SENDING, SENT, DRAFT, FAILED, BOUNCED = "sending", "sent", "draft", "failed", "bounced"


@dataclass(frozen=True)
class MailEvent:
    """One event of one mail. `about` tells mails of one kind to one agency apart: the number of
    a reminder (with the time of the feedback since which it counts), the SHA-256 of what a
    feedback answers. `files` has the SHA-256 of what was attached; `reason` says why it failed or
    came back, `address` for whom. `agency_id` finds an agency that was renamed since. `subject`
    and those it is `addressed` to (`to` without those who get a copy) tell a draft that was sent
    by hand; a version that did not write them left them empty."""

    time: datetime.datetime
    event: str
    kind: MailKind
    agency: str
    about: str
    message_id: str
    to: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    address: str = ""
    reason: str = ""
    agency_id: str = ""
    subject: str = ""
    addressed: tuple[str, ...] = ()

    @property
    def key(self) -> tuple[MailKind, str, str]:
        return self.kind, self.agency, self.about


@dataclass
class Correspondence:
    """All mail of a period, in the order of its events."""

    path: Path
    events: list[MailEvent] = field(default_factory=list)

    def last(self, kind: MailKind, agency: str, about: str) -> MailEvent | None:
        """What happened last with a mail; None where it was never begun. A mail that came back
        went out all the same."""
        wanted = (kind, agency, about)
        return next(
            (e for e in reversed(self.events) if e.key == wanted and e.event != BOUNCED), None
        )

    def gone(self, kind: MailKind, agency: str, since: MailEvent | None = None) -> list[MailEvent]:
        """The mails of a kind that went out to an agency (or lie ready as drafts), in order, but
        for those that came back; one that went out went out, whatever became of sending it once
        more. `since` leaves out those that were handed over before another mail was."""
        of_kind = (one for one in self._last_out() if (one.kind, one.agency) == (kind, agency))
        if since:
            first = self._place(since)
            of_kind = (one for one in of_kind if self._place(one) > first)
        arrived = (one for one in of_kind if not self.came_back(one))
        return sorted(arrived, key=lambda e: e.time)

    def handed_over(self, mail: MailEvent) -> MailEvent:
        """The event with which a mail was handed over last: the beginning of its sending, or its
        draft. That a draft was sent by hand is written down late, when it is found."""
        return self.events[self._place(mail)]

    def _place(self, mail: MailEvent) -> int:
        places = (
            at
            for at, one in enumerate(self.events)
            if one.key == mail.key and one.event in (SENDING, DRAFT)
        )
        return max(places, default=self.events.index(mail))

    @property
    def drafts(self) -> list[MailEvent]:
        """The drafts of which nothing tells that they were sent."""
        drafts = (one for one in self._last_out() if one.event == DRAFT)
        return [one for one in drafts if not self.bounces(one.message_id)]

    def _last_out(self) -> Iterable[MailEvent]:
        """For each letter that went out or lies ready, the last time that it did."""
        return {e.key: e for e in self.events if e.event in (SENT, DRAFT)}.values()

    def came_back(self, mail: MailEvent) -> bool:
        """Whether a mail reached none of those it was for."""
        bounced = {one.address.lower() for one in self.bounces(mail.message_id)}
        return bool(bounced) and {address.lower() for address in mail.to} <= bounced

    def bounces(self, message_id: str) -> list[MailEvent]:
        return [e for e in self.events if e.event == BOUNCED and e.message_id == message_id]

    def of_message(self, message_id: str) -> MailEvent | None:
        """The event with which a mail went out, by its Message-ID."""
        return next((e for e in reversed(self.events) if e.message_id == message_id), None)

    def last_to(self, address: str) -> MailEvent | None:
        """The last mail that went out to an address, in lower case."""
        return next(
            (
                e
                for e in reversed(self.events)
                if e.event not in (FAILED, BOUNCED) and address in map(str.lower, e.to)
            ),
            None,
        )

    @property
    def sent_files(self) -> set[str]:
        """The SHA-256 of everything that was ever attached."""
        return {sha256 for one in self.events for sha256 in one.files}

    def add(self, event: MailEvent) -> None:
        """Write down an event; it is on the disk when this returns. Raises OutputError."""
        add_line(self.path, {**asdict(event), "time": event.time.isoformat()})
        self.events.append(event)


def correspondence(path: Path, registry: Registry) -> Correspondence:
    """What is written down of a period's mail, under the names that agencies have now. A line that
    was cut off is passed over; a whole one that is not understood might be of a mail that went
    out. Raises UnreadableFileError."""
    events = []
    for line in read_lines(path):
        try:
            one = MailEvent(**{name: line[name] for name in _FIELDS & line.keys()})
            moment = datetime.datetime.fromisoformat(one.time)  # type: ignore[arg-type]
            one = replace(
                one,
                time=moment,
                kind=MailKind(one.kind),
                to=tuple(one.to),
                files=tuple(one.files),
                addressed=tuple(one.addressed),
            )
        except (ValueError, TypeError):
            raise UnreadableFileError(
                f"Nhật ký thư {path} có dòng không hiểu được (do bản phần mềm mới hơn ghi, hoặc đã "
                "bị sửa). Cập nhật phần mềm hoặc khôi phục tệp này từ bản sao lưu; chưa gửi thư "
                "nào."
            ) from None
        agency = registry.by_id.get(one.agency_id)
        events.append(replace(one, agency=agency.name) if agency else one)
    return Correspondence(path, events)


_FIELDS = {one.name for one in fields(MailEvent)}  # a newer version may write more


# -------------------------------------------------------------- a file of lines


def read_lines(path: Path) -> Iterable[dict[str, Any]]:
    """The lines of a file that `add_line` wrote, without one that was cut off."""
    if not path.exists():
        return
    for text in read_file(path).split(b"\n"):
        try:
            line = json.loads(text)
        except ValueError:
            continue
        if isinstance(line, dict):
            yield line


def add_line(path: Path, line: Mapping[str, Any]) -> None:
    """Add a line to a file, and wait until the disk has it. Raises OutputError."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("ab") as stream:
            # Begun on a line of its own, whatever a killed process left behind.
            stream.write(b"\n" + json.dumps(line, ensure_ascii=False).encode() + b"\n")
            stream.flush()
            os.fsync(stream.fileno())
    except OSError as error:
        raise OutputError(
            f"Không ghi được nhật ký thư {path} ({cause(error)}). Kiểm tra quyền ghi và dung lượng "
            "đĩa rồi chạy lại; thư đã gửi, đã lấy không mất."
        ) from error
