"""Which mails of the mailbox were looked at, and what came of them: `nhat-ky/hop-thu.jsonl`, a line
for each mail, only ever added to. The same for people is `nhat-ky/hop-thu.txt`."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ..findings.catalogue import CATALOGUE
from ..findings.finding import Finding, Place, finding
from ..text.dates import now
from ..workspace.folders import Workspace
from .log import add_line, read_lines
from .mailbox import Heading, Uid


@dataclass
class Taken:
    """What was made of one mail: the files that it brought, and what is to be told of it; `mail` is
    its SHA-256 where it was kept."""

    heading: Heading
    files: list[dict[str, str]] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    mail: str = ""

    def tell(self, code: str, value: str = "", *, agency: str = "", **details: Any) -> None:
        self.findings.append(finding(code, Place(), value, agency=agency, **details))


class SeenMails:
    """The mails that were looked at. `known` are those not to be looked at again, `kept` the
    SHA-256 of those that brought something, `files` what they brought; `untold` is what was found
    by a run that ended before anybody was told."""

    def __init__(self, workspace: Workspace):
        self.path = workspace.mailbox
        written = list(read_lines(self.path))
        lines = [line for line in written if _is_of_a_mail(line)]
        # A line of a version that did not note which mailbox it was counts for none: such mails are
        # looked at once more, and what they brought is known by its SHA-256.
        self.known = {Uid(line.get("box", ""), line["validity"], line["number"]) for line in lines}
        self.files = [one for line in lines for one in line.get("files", ())]
        self.kept = {line.get("mail") for line in lines} - {""}
        told = max((one["told"] for one in written if _is_of_telling(one)), default=0)
        self.untold = [one for line in written[told:] for one in _findings(line)]
        self.count = len(written)
        self._lines = lines

    def add(self, taken: Taken) -> None:
        """Note that a mail was looked at; it is on the disk when this returns. Raises
        OutputError."""
        one = taken.heading
        line = {
            "time": now().isoformat(),
            "box": one.uid.box,
            "validity": one.uid.validity,
            "number": one.uid.number,
            "message_id": one.message_id,
            "sender": one.sender,
            "subject": one.subject,
            "sent": one.sent.isoformat() if one.sent else "",
            "received": one.received.isoformat(),
            "mail": taken.mail,
            "files": taken.files,
            "findings": [
                {"code": f.code, "value": f.value, "message": f.message, "agency": f.agency}
                for f in taken.findings
            ],
        }
        add_line(self.path, line)
        self.known.add(one.uid)
        self._lines.append(line)
        self.count += 1

    def as_text(self) -> str:
        """All that was ever found in mails, the newest first, for officers to read."""
        texts = [_NOTE_HEAD]
        for line in reversed(self._lines):
            found = [
                f"  [{one.severity.words}] {one.message} {one.action}" for one in _findings(line)
            ]
            if found:
                moment = datetime.datetime.fromisoformat(line["time"])
                head = f"{moment:%d/%m/%Y %H:%M}  {line['sender']}  “{line['subject']}”"
                texts.append("\n".join([head, *found]))
        return "\n\n".join(texts) + "\n"


_NOTE_HEAD = "Lấy từ hộp thư: những điều đã thấy trong từng thư, mới nhất ở trên."


def note_told(workspace: Workspace, count: int) -> None:
    """Note that somebody was told what the first `count` lines of the journal say. Raises
    OutputError."""
    add_line(workspace.mailbox, {"time": now().isoformat(), "told": count})


def _findings(line: Mapping[str, Any]) -> list[Finding]:
    """What a line says was found; not what only another version has words for."""
    return [
        Finding(one["code"], Place(), one["value"], one["message"], one["agency"])
        for one in line.get("findings", ())
        if one["code"] in CATALOGUE
    ]


def _is_of_telling(line: Mapping[str, Any]) -> bool:
    return isinstance(line.get("told"), int)


def _is_of_a_mail(line: Mapping[str, Any]) -> bool:
    return isinstance(line.get("validity"), int) and isinstance(line.get("number"), int)
