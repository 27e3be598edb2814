"""What a mail in the mailbox is to the office: an answer to a mail of ours, from an agency, about a
period's forms, or other people's business."""

from __future__ import annotations

import re
from pathlib import PurePath
from typing import NamedTuple

from ..files.attachments import SEPARATOR
from ..master.mail_settings import addresses
from ..plan.agencies import slug
from ..plan.model import Programme
from ..plan.periods import Period
from ..returns.form import feedback_name, form_name
from ..workspace.folders import Workspace
from .bounces import Bounce
from .log import DRAFT, Correspondence, MailEvent, correspondence
from .mailbox import Heading


class Relation(NamedTuple):
    """`agencies` are those that have the sender's address (some share one); `writer` the one that
    wrote, where that can be told; `answered` is the mail of ours that is answered; `period` the
    one whose forms the mail is about, None for a mail about something else."""

    agencies: tuple[str, ...]
    writer: str
    answered: MailEvent | None
    period: Period | None


class Relations:
    """All that mails are held against: what was mailed (`logs`, by period), the registry, the
    office's `own_address`."""

    def __init__(self, workspace: Workspace, programme: Programme, own_address: str):
        self.registry, self.periods = programme.registry, programme.periods
        self.own_address = own_address.lower()
        self.logs = {
            one.id: correspondence(workspace.correspondence(one.id), self.registry)
            for one in self.periods
        }
        self.sent_files = {sha for log in self.logs.values() for sha in log.sent_files}
        self._at: dict[str, list[str]] = {}
        for agency in self.registry.agencies:
            for address in addresses(agency.email):
                self._at.setdefault(address.lower(), []).append(agency.name)

    def of(self, heading: Heading) -> Relation:
        agencies = tuple(self._at.get(heading.sender, ()))
        answered, period = self._answered(heading)
        writer = agencies[0] if len(agencies) == 1 else ""
        if answered and self.registry.is_agency(answered.agency):
            writer = answered.agency
        return Relation(agencies, writer, answered, period or self.period_in(heading.subject))

    def is_own(self, heading: Heading) -> bool:
        """Whether it is a mail of ours: the office may be one of those that it writes to. Our mark
        alone is not enough: who edits our mail and sends it back may send it along."""
        identity = heading.message_id
        known = any(log.of_message(identity) for log in self.logs.values()) if identity else False
        return heading.sender == self.own_address and (heading.is_marked or known)

    def _answered(self, heading: Heading) -> tuple[MailEvent | None, Period | None]:
        for identity in heading.answers:
            for period in self.periods:
                if event := self.logs[period.id].of_message(identity):
                    return event, period
        return None, None

    def period_in(self, subject: str) -> Period | None:
        """The period that a subject of ours names: "[CCHC 2018-6T]", after whatever "Re:". Drafts
        that were sent by hand have other Message-IDs, so that an answer shows it only by this."""
        for period in self.periods:
            if re.search(rf"\bCCHC\s+{re.escape(period.id)}(?!\w)", subject, re.IGNORECASE):
                return period
        return None

    def is_named_as_ours(self, file: str) -> bool:
        """Whether a file, in whatever it came, has the name of a form or a feedback of ours."""
        stems = [slug(PurePath(name).stem).casefold() for name in file.split(SEPARATOR)]
        names = [name(one, "") for one in self.periods for name in (form_name, feedback_name)]
        return any(slug(name).casefold() in stem for stem in stems for name in names)

    def returned(self, bounce: Bounce) -> tuple[Correspondence, MailEvent] | None:
        """The mail of ours that came back, and the log that has it; None where it was none."""
        known = [(log, log.of_message(bounce.message_id)) for log in self.logs.values()]
        if not bounce.message_id or not any(event for _, event in known):
            known = [(log, self._last_to(period, bounce)) for period, log in self.logs.items()]
        ours = [(log, event) for log, event in known if event]
        return max(ours, key=lambda one: one[1].time, default=None)

    def _last_to(self, period: str, bounce: Bounce) -> MailEvent | None:
        """The last mail of a period to an address, if it can be the one that came back."""
        last = self.logs[period].last_to(bounce.address)
        named = self.period_in(bounce.subject)
        if last is None or (named and named.id != period):
            return None
        # Mail programs send a draft under a Message-ID of their own. What did not reach this
        # mailbox was somebody else's.
        may_be = last.event == DRAFT and bounce.address != self.own_address
        return last if may_be or named or not bounce.message_id else None
