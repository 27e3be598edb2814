"""Which mails of the mailbox were looked at, and what came of them: `nhat-ky/hop-thu.jsonl`, a line
for each mail, only ever added to."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from .findings import Finding, Place, finding
from .mail_log import add_line, read_lines
from .mailbox import Heading, Uid
from .workspace import VIETNAM, Workspace


@dataclass
class Taken:
    """What was made of one mail: the files that it brought, and what is to be told of it; `mail` is
    its SHA-256 where it was kept."""

    heading: Heading
    files: list[dict[str, str]] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    mail: str = ""

    def tell(self, code: str, value: str = "", *, agency: str = "", **details: str) -> None:
        self.findings.append(finding(code, Place(), value, agency=agency, **details))


class SeenMails:
    """The mails that were looked at. `known` are those not to be looked at again, `kept` the
    SHA-256 of those that brought something, `files` what they brought."""

    def __init__(self, workspace: Workspace):
        self.path = workspace.mailbox
        lines = [line for line in read_lines(self.path) if _is_of_a_mail(line)]
        # A line of a version that did not note which mailbox it was counts for none: such mails are
        # looked at once more, and what they brought is known by its SHA-256.
        self.known = {Uid(line.get("box", ""), line["validity"], line["number"]) for line in lines}
        self.files = [one for line in lines for one in line.get("files", ())]
        self.kept = {line.get("mail") for line in lines} - {""}

    def add(self, taken: Taken) -> None:
        """Note that a mail was looked at; it is on the disk when this returns. Raises
        OutputError."""
        one = taken.heading
        add_line(
            self.path,
            {
                "time": datetime.datetime.now(VIETNAM).isoformat(timespec="seconds"),
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
                "notes": [found.message for found in taken.findings],
            },
        )
        self.known.add(one.uid)


def _is_of_a_mail(line: Mapping[str, Any]) -> bool:
    return isinstance(line.get("validity"), int) and isinstance(line.get("number"), int)
