"""From the mailbox into nhan-ve: each returned workbook to its agency and period by what is in it,
with the mail's date, and with the mail itself kept in the journal."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import NamedTuple

from ..errors import NoWorkbookError, UnreadableFileError
from ..files.attachments import Attachment, file_name, free_name
from ..files.containers import unpack
from ..files.isolation import Reader
from ..files.returned_workbook import read_workbook
from ..findings.finding import Finding
from ..findings.severity import Severity
from ..master.mail_settings import MailSettings
from ..master.opening import Loaded, find_period
from ..period.consolidation import Progress, silent
from ..plan.agencies import slug
from ..plan.periods import Period
from ..returns.form import form_name
from ..returns.plan_rows import PlanRows
from ..returns.recognition import Wanted, recognise
from ..text.dates import now
from ..text.spelling import few
from ..workspace.disk import read_file, set_arrival
from ..workspace.folders import Workspace
from ..workspace.journal import Journal, sha256_of
from .board import today
from .bounces import Bounce, bounces_of
from .classification import Relation, Relations
from .log import BOUNCED, MailEvent
from .mailbox import LARGEST_MAIL, Heading, Mailbox
from .seen_mails import SeenMails, Taken
from .sent_folder import UNSENT, note_sent

_DAYS_BEFORE_DUE = 60  # from when on returns are looked for where nothing was mailed
_MEGABYTE = 2**20
_MOST_NAMED = 8


class Fetched(NamedTuple):
    """What came of looking into the mailbox: mails looked at, files saved into nhan-ve (period
    -> names), and what to tell, with what an earlier run did not get round to. When it has been
    told, `note_told` notes this with `lines`."""

    mails: int
    saved: dict[str, list[str]]
    findings: tuple[Finding, ...]
    lines: int

    @property
    def to_tell(self) -> list[Finding]:
        """What an officer is to look at, and not what went as it should."""
        return [one for one in self.findings if one.severity != Severity.INFO or one.code == UNSENT]


class _Form(NamedTuple):
    """A workbook of a mail: whose and of which period; `problem` says why it is no form that has
    a place, and then these may be unknown; `unreadable` that it might be one all the same,
    `unplaced` that it is one, or has our table."""

    part: Attachment
    name: str
    agency: str = ""
    period: Period | None = None
    problem: str = ""
    unreadable: bool = False
    unplaced: bool = False


def fetch(
    loaded: Loaded,
    period_id: str,
    settings: MailSettings,
    open_box: Callable[[], AbstractContextManager[Mailbox]],
    progress: Progress = silent,
) -> Fetched:
    """Look through the mails that are new, save what was returned, and note what came back
    undelivered and which drafts were sent. A run that is cut off is finished by the next one.
    Raises MailError, OutputError."""
    period = find_period(loaded.programme, period_id)
    workspace = loaded.workspace
    with workspace.working(), _Collector(loaded, period, settings) as collector, open_box() as box:
        # First: bounces of what was sent by hand are known by it.
        collector.findings += note_sent(box, collector.logs[period.id])
        headings = list(box.headings(collector.since, collector.seen.known))
        looked_at = 0
        try:
            for number, heading in enumerate(headings, 1):
                looked_at += collector.take(heading, box)
                progress(number, len(headings), heading.subject[:60])
        finally:
            collector.write_note()
    return Fetched(looked_at, collector.saved, tuple(collector.findings), collector.seen.count)


class _Collector:
    def __init__(self, loaded: Loaded, period: Period, settings: MailSettings):
        self.workspace: Workspace = loaded.workspace
        self.programme = loaded.programme
        self.period = period
        self.settings = settings
        self.journal = Journal(self.workspace)
        self.relations = Relations(self.workspace, self.programme, settings.sender)
        self.logs = self.relations.logs
        self.plan_rows = PlanRows.of(self.programme)
        self.candidates = sorted(self.programme.periods, key=lambda one: one != period)
        self.seen = SeenMails(self.workspace)
        self.present: dict[str, dict[str, str]] = {}  # period -> SHA-256 -> file in its nhan-ve
        self.process = Reader()
        self.findings = list(self.seen.untold)
        self.saved: dict[str, list[str]] = {}

    def __enter__(self) -> _Collector:
        return self

    def __exit__(self, *_: object) -> None:
        self.process.close()

    @property
    def since(self) -> datetime.date:
        events = self.logs[self.period.id].events
        usual = self.period.due_before - datetime.timedelta(days=_DAYS_BEFORE_DUE)
        first = min((one.time.date() for one in events), default=usual)
        return min(first, usual, today())

    def write_note(self) -> None:
        """Where an officer reads what no message has room for."""
        if self.findings:
            text = self.seen.as_text().encode("utf-8-sig")  # for every Notepad
            self.workspace.write({self.workspace.mailbox_note: text})

    # -------------------------------------------------------------- one mail

    def take(self, heading: Heading, box: Mailbox) -> bool:
        """Look at a mail that may concern us, save what it brings, and note that it was looked
        at; whether it was one."""
        if self.relations.is_own(heading):
            return False
        relation = self.relations.of(heading)
        may_bring = heading.structure.may_bring
        if not may_bring and not (relation.writer and relation.period):
            return False  # other people's mail: looked at again next time, which costs nothing
        taken = Taken(heading)
        if not may_bring:  # all that is to be told stands in the heading
            self._tell_of_no_form(relation, taken)
        elif heading.size > LARGEST_MAIL:
            size = str(heading.size // _MEGABYTE)
            taken.tell("mail-too-large-in", size, subject=heading.subject, sender=heading.sender)
        else:
            content = box.content(heading)
            if sha256_of(content) in self.seen.kept:  # the server numbers its mails anew
                taken.mail = sha256_of(content)
            elif content:  # else it was deleted meanwhile
                self._look_into(content, relation, taken)
            if taken.files:
                self._keep(content, taken)
                if self.settings.mark_seen:
                    box.mark_seen(heading)
        self.findings += taken.findings
        self.seen.add(taken)
        return True

    def _look_into(self, content: bytes, relation: Relation, taken: Taken) -> None:
        try:
            bounces = self.process.call(bounces_of, content)
        except UnreadableFileError:  # no server writes such a mail
            bounces = []
        # Of a mail of somebody else that came back, the return in it counts.
        ours = [self._note_bounce(one, taken) for one in bounces]
        if not any(ours):
            self._take_files(content, relation, taken)

    def _note_bounce(self, one: Bounce, taken: Taken) -> bool:
        """Note that a mail of ours came back; False where it was none of ours."""
        found = self.relations.returned(one)
        if found is None:
            return False
        log, event = found
        if all(b.address.lower() != one.address for b in log.bounces(event.message_id)):
            log.add(
                MailEvent(
                    now(),
                    BOUNCED,
                    event.kind,
                    event.agency,
                    event.about,
                    event.message_id,
                    event.to,
                    (),
                    one.address,
                    one.reason,
                    event.agency_id,
                )
            )
        # Also where a run that was cut off has noted it, and told nobody.
        taken.tell("mail-bounced", one.address, agency=event.agency, what="thư", reason=one.reason)
        return True

    def _take_files(self, content: bytes, relation: Relation, taken: Taken) -> None:
        try:
            parts = self.process.call(unpack, "thu.eml", content)
        except NoWorkbookError:
            parts = []
        except UnreadableFileError as error:  # too much in it, or too slow
            parts = [Attachment("thu.eml", b"", fault=str(error))]
        # An answer often carries the empty form along.
        new = [one for one in parts if sha256_of(one.content) not in self.relations.sent_files]
        forms = [self._form(one) for one in new]
        good = [one for one in forms if not one.problem]
        for one in good:
            self._save(one, taken)
            self._compare_sender(one, relation, taken)
        for one in forms:
            if one.problem:
                self._take_other(one, content, relation, bool(good), taken)
        if not forms and relation.writer and relation.period:
            self._tell_of_no_form(relation, taken, has_ours=bool(parts))

    def _tell_of_no_form(self, relation: Relation, taken: Taken, has_ours: bool = False) -> None:
        """An answer that brings nothing but what we sent (`has_ours`), if that."""
        heading = taken.heading
        if heading.automatic:
            taken.tell("mail-automatic", subject=heading.subject, sender=heading.sender)
            return
        if heading.sender == self.relations.own_address:
            return  # a draft to the office itself, which a mail program sent as its own
        if has_ours:
            taken.tell("mail-form-blank", agency=relation.writer, subject=heading.subject)
            return
        names = heading.structure.names
        others = f"; có: {few(names, _MOST_NAMED, 'tệp khác')}" if names else ""
        taken.tell(
            "mail-without-form", agency=relation.writer, subject=heading.subject, others=others
        )

    def _take_other(
        self, one: _Form, content: bytes, relation: Relation, beside_a_form: bool, taken: Taken
    ) -> None:
        """A workbook that is none of our forms: an agency's return all the same where the mail is
        about returns, else that agency's other business."""
        heading, writer = taken.heading, relation.writer
        meant = relation.period or self.relations.is_named_as_ours(one.part.name)
        if not (writer and meant) or beside_a_form:
            if one.unplaced:  # an officer says on the sheet Xử lý phiếu whose it is
                self._save(one, taken)
                code = "mail-form-unplaced"
            else:
                left = one.unreadable or relation.agencies
                code = "mail-file-left" if left else "mail-file-strange"
            taken.tell(
                code, one.name, subject=heading.subject, sender=heading.sender, reason=one.problem
            )
            return
        period = relation.period or self.period
        name = f"{form_name(period, writer)}_{one.name}"
        kept = one._replace(name=name, agency=writer, period=period)
        if not one.part.content:  # nothing could be taken out: the mail itself is kept
            whole = one.part._replace(content=content)
            kept = kept._replace(part=whole, name=f"{name.removesuffix('.eml')}.eml")
        self._save(kept, taken)
        taken.tell("mail-file-kept", one.name, sender=heading.sender, reason=one.problem)

    def _compare_sender(self, form: _Form, relation: Relation, taken: Taken) -> None:
        """A form says itself whose it is: an address that is not that agency's is told."""
        others, answered = relation.agencies, relation.answered
        if form.agency in others or (answered and answered.agency == form.agency and not others):
            return
        code = "mail-form-from-other" if others else "mail-form-from-unknown"
        taken.tell(
            code,
            form.name,
            agency=form.agency,
            other=", ".join(others),
            sender=taken.heading.sender,
        )

    # -------------------------------------------------------------- one file

    def _form(self, part: Attachment) -> _Form:
        """Whose form a workbook is, by what is in it."""
        name = file_name(part.name.rpartition(" › ")[2])
        if part.fault:
            return _Form(part, name, problem=part.fault, unreadable=True)
        try:
            workbook = self.process.call(read_workbook, part.content)
        except UnreadableFileError as error:
            return _Form(part, name, problem=str(error), unreadable=True)
        refused = unplaced = None
        for period in self.candidates:
            what = recognise(workbook, name, Wanted(self.programme, period, self.plan_rows))
            if what.agency and what.refusal is None and what.form:
                return _Form(part, name, what.agency, period)
            # One of ours that is refused for another reason shows why when it is consolidated.
            if what.agency and what.refusal and what.refusal.code != "wrong-period":
                refused = refused or _Form(part, name, what.agency, period)
            elif what.refusal and what.refusal.code != "file-not-a-form":
                why = what.refusal.message.rstrip(".")
                unplaced = unplaced or _Form(part, name, what.agency, None, why, unplaced=True)
        return refused or unplaced or _Form(part, name, problem="không phải phiếu báo cáo đã gửi")

    def _save(self, form: _Form, taken: Taken) -> None:
        """Put a file into its period's nhan-ve, unless it is there."""
        period = form.period or self.period
        present = self._present(period)
        sha256 = sha256_of(form.part.content)
        inbox = self.workspace.inbox(period.id)
        # The same as of a mail that an officer saves there whole.
        moment = period.returned(form.part.sent, taken.heading.received).timestamp()
        if sha256 in present:
            path = inbox / present[sha256]
            older = form.agency and self._is_older(form, path, moment)
            code = "mail-form-older-again" if older else "mail-form-again"
            taken.tell(code, form.name, agency=form.agency, sender=taken.heading.sender)
            # Saved by hand, or by a run that was cut off, it has the time of that.
            moment = min(moment, path.stat().st_mtime)
        else:
            path = inbox / _name_in_inbox(form, inbox, present.values())
            self.workspace.write({path: form.part.content})
            present[sha256] = path.name
            self.saved.setdefault(period.id, []).append(path.name)
            if not form.problem:
                other = period.id != self.period.id
                code = "mail-form-of-other-period" if other else "mail-form-saved"
                taken.tell(
                    code,
                    form.name,
                    agency=form.agency,
                    period=period.id,
                    sender=taken.heading.sender,
                )
        set_arrival(path, moment)
        entry = {"file": path.name, "period": period.id, "agency": form.agency, "sha256": sha256}
        taken.files.append(entry)
        self.seen.files.append(entry)

    def _is_older(self, form: _Form, path: Path, moment: float) -> bool:
        """Whether the agency sent another file after this one, and before it came again."""
        files = (one for one in self.seen.files if one["agency"] == form.agency)
        others = {path.with_name(one["file"]) for one in files}
        times = [one.stat().st_mtime for one in others if one.exists()]
        return any(path.stat().st_mtime < time < moment for time in times)

    def _present(self, period: Period) -> dict[str, str]:
        """SHA-256 -> file of what lies in a period's nhan-ve."""
        if period.id not in self.present:
            found = {}
            for name, path in self.workspace.returned_files(period.id):
                try:
                    found[sha256_of(read_file(path))] = name
                except UnreadableFileError:
                    continue  # open in a program, or gone
            self.present[period.id] = found
        return self.present[period.id]

    def _keep(self, content: bytes, taken: Taken) -> None:
        """Keep a mail that brought something, as it came."""
        self.workspace.write(self.journal.to_keep([content]))
        taken.mail = sha256_of(content)


def _name_in_inbox(form: _Form, inbox: Path, taken: Iterable[str]) -> str:
    """What a file is called in nhan-ve: whose it is can be seen, and no other file has the name."""
    name = form.name
    if slug(form.agency).casefold() not in slug(name).casefold():
        name = file_name(f"{slug(form.agency)[:60]}_{name}")
    lying = (path.name for path in inbox.glob("*"))
    return free_name(name, {one.casefold() for one in (*taken, *lying)})
