"""Drafts that an officer sent by hand, found again in the mailbox's folders of sent mail."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from ..findings.finding import Finding, Place, finding
from ..text.dates import VIETNAM, format_moment
from ..text.spelling import clean, few
from .log import SENT, Correspondence, MailEvent
from .mailbox import Mailbox, SentMail

UNSENT = "mail-drafts-unsent"
_MOST_NAMES = 5


def note_sent(box: Mailbox, log: Correspondence) -> list[Finding]:
    """Note the drafts of a period that were sent, and tell of those that were not: nothing where
    the mailbox has no folder of sent mail. Raises MailError, OutputError."""
    drafts = log.drafts
    mails = box.sent(min(one.time for one in drafts).date()) if drafts else None
    if mails is None:
        return []
    known = {one.message_id for one in log.events if one.event == SENT}
    found = []
    for mail in sorted(mails, key=lambda one: one.sent):
        draft = _draft_of(mail, drafts) if mail.message_id not in known else None
        if draft is None:
            continue
        moment = mail.sent.astimezone(VIETNAM).replace(microsecond=0)
        # Bounces and answers name the mail that was really sent.
        log.add(replace(draft, time=moment, event=SENT, message_id=mail.message_id))
        known.add(mail.message_id)  # it may lie there twice
        drafts.remove(draft)
        told = format_moment(moment)
        found.append(
            finding("mail-draft-sent", Place(), draft.subject, agency=draft.agency, time=told)
        )
    if drafts:
        names = few(list(dict.fromkeys(one.agency for one in drafts)), _MOST_NAMES)
        found.append(finding(UNSENT, Place(), len(drafts), names=names))
    return found


def _draft_of(mail: SentMail, drafts: Sequence[MailEvent]) -> MailEvent | None:
    """The draft that a mail was, if it was one: a mail to somebody else never is."""
    there = [one for one in drafts if mail.to & {*map(str.lower, one.addressed or one.to)}]
    for one in there:
        if one.message_id in (mail.message_id, mail.draft):
            return one
    if mail.is_reply:
        return None
    # Most mail programs send a draft under a Message-ID of their own and without our mark.
    subject = clean(mail.subject)
    alike = [one for one in there if clean(one.subject) == subject and one.time <= mail.sent]
    if not subject or len({one.agency for one in alike}) > 1:
        return None  # agencies may share an address: nobody knows whose it was
    return max(alike, key=lambda one: one.time, default=None)
