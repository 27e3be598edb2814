"""What an agency owes and what the office does next about it: one decision, which the board says
and the letters carry out."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from ..master.mail_settings import addresses
from ..plan.mail_kinds import MailKind, Stage
from ..plan.periods import Period
from ..returns.returned import Return
from ..text.dates import format_date
from .log import BOUNCED, DRAFT, FAILED, SENDING, SENT, Correspondence, MailEvent

MOST_REMINDERS = 3
_DAY = datetime.timedelta(days=1)
MENDED, IN_PART = "mended", "in-part"

Mails = Mapping[MailKind, Sequence[MailEvent]]


def mails_to(log: Correspondence, agency: str) -> Mails:
    """The mails that went out to an agency, by kind; of reminders those since the last answer
    that reached it: what it is asked for from then on is another thing."""
    answers = log.gone(MailKind.FEEDBACK, agency)
    return {
        MailKind.FORM: log.gone(MailKind.FORM, agency),
        MailKind.REMINDER: log.gone(MailKind.REMINDER, agency, answers[-1] if answers else None),
        MailKind.FEEDBACK: answers,
    }


def state_of(
    agency: str, counts: bool, newest: Return | None, to_mend: int, log: Correspondence
) -> Stage:
    """How far an agency has come. `counts` says whether a return of it does; `newest` is the one
    that feedback is about, with so much `to_mend`. Where an officer left out what came, or it is
    gone, there is none: the return is owed as if nothing had come."""
    if newest is None or not to_mend:
        return Stage.FINE if counts else Stage.MISSING
    answer = log.last(MailKind.FEEDBACK, agency, newest.sha256)
    if answer and answer.event in (SENT, DRAFT, SENDING):
        return Stage.ASKED
    return Stage.TO_ANSWER if counts else Stage.UNUSABLE


class Reminder(NamedTuple):
    """The reminder that is next: its number, the mail that it has to wait after, and the message
    that says why it does not go out today ("" where it does)."""

    number: int
    after: MailEvent | None
    held: str


def working_day(day: datetime.date, later: int) -> datetime.date:
    """The day so many days later, or the first working day after it."""
    from holidays import country_holidays  # not before it is needed: many countries

    calendar = country_holidays("VN")
    found = day + datetime.timedelta(days=later)
    while not calendar.is_working_day(found):
        found += _DAY
    return found


def deadline_of(number: int, day: datetime.date, period: Period) -> datetime.date:
    """The last day that the reminder of a number names when it goes out on a day: never sooner
    than the one that all were told."""
    return max(working_day(day, 3 if number == 2 else 1), period.due_before - _DAY)


def next_reminder(
    state: Stage,
    pressing: bool,
    mails: Mails,
    period: Period,
    form_made: datetime.date | None,
    day: datetime.date | None,
    days_between: int,
) -> Reminder | None:
    """The next reminder to an agency that owes its return, or a better one where that is
    `pressing`. What only warns is not pressed for, and what was not answered yet is for the
    office to answer."""
    if day is None or not (state == Stage.MISSING or (state == Stage.ASKED and pressing)):
        return None
    before = mails[MailKind.REMINDER]
    answers = mails[MailKind.FEEDBACK] if state == Stage.ASKED else ()
    after = next(iter([*reversed(before), *reversed(answers)]), None)
    held = ""
    if form_made is None and not any(mails.values()):
        held = "reminder-without-form"
    elif after and (day - after.time.date()).days < days_between:
        held = "reminder-too-soon" if before else "reminder-answered-lately"
    elif len(before) > 1 and day <= deadline_of(len(before), before[-1].time.date(), period):
        held = "reminder-too-soon"  # the first names no day of its own
    elif len(before) >= MOST_REMINDERS:
        held = "reminder-last"
    return Reminder(len(before) + 1, after, held)


# ------------------------------------------------------------------- what went wrong


class Trouble(NamedTuple):
    """What became of the last mail to an agency where it did not arrive for certain: the event,
    MENDED or IN_PART ("" where all is well); the kind of mail, and in words."""

    what: str = ""
    kind: MailKind | None = None
    text: str = ""


def trouble_of(log: Correspondence, agency: str, email: str) -> Trouble:
    """`email` has the addresses that the agency has now."""
    latest: dict[tuple, MailEvent] = {}  # of each letter, the last one written down first
    for one in reversed(log.events):
        if one.agency == agency and one.event != BOUNCED:
            latest.setdefault(one.key, one)
    if not latest:
        return Trouble()
    # A draft that was sent by hand is written down late, when it is found.
    last = max(latest.values(), key=lambda e: e.time)
    day = format_date(last.time.date())
    own = {address.lower() for address in addresses(email)}
    reached = own & {address.lower() for address in last.to}
    # That a copy came back of a mail to the agency is no trouble of the agency's.
    came_back = [e for e in log.bounces(last.message_id) if e.address.lower() in own or not reached]
    if came_back:
        dead = {e.address.lower() for e in came_back}
        address = came_back[-1].address
        if own and not dead & own:
            return Trouble(MENDED, last.kind, "Thư trước bị trả lại, địa chỉ đã sửa")
        if reached - dead:
            text = f"thư {day} không đến được {address}, các địa chỉ khác không bị trả lại"
            return Trouble(IN_PART, last.kind, text)
        day = format_date(came_back[-1].time.date())
        return Trouble(BOUNCED, last.kind, f"Thư {day} bị trả lại ({address})")
    if last.event == FAILED:
        reason = last.reason.removeprefix(f"{agency}: ").rstrip(".")
        return Trouble(FAILED, last.kind, f"Thư {day} chưa đi: {reason}")
    if last.event == SENDING:
        return Trouble(SENDING, last.kind, f"Thư {day} không rõ đã đi hay chưa")
    return Trouble()


# ------------------------------------------------------------------------ what next


def next_step(
    state: Stage,
    reminder: Reminder | None,
    mails: Mails,
    period: Period,
    late: int | None,
    trouble: Trouble,
    call: str,
) -> str:
    """What the office does next about an agency, "" where nothing; `call` is whom to call."""
    if state == Stage.FINE:
        return ""
    to_call = f"Gọi điện{f': {call}' if call else ''}"
    kind = trouble.kind
    if kind and trouble.what in (MENDED, BOUNCED, SENDING) and state in kind.wanted:
        mended = trouble.what == MENDED
        return "Địa chỉ đã sửa: gửi lại" if mended else f"{trouble.text}. {to_call}"
    if kind and trouble.what == FAILED and _goes_again(kind, state, reminder):
        return f"{trouble.text}. Bấm gửi lại: {kind.button}"
    usual = _usual_step(state, reminder, mails, period, late, to_call)
    return f"{usual} ({trouble.text})" if trouble.what == IN_PART else usual


def _goes_again(kind: MailKind, state: Stage, reminder: Reminder | None) -> bool:
    """Whether the button for a kind of mail sends one that did not go out."""
    if kind == MailKind.REMINDER:
        return reminder is not None and not reminder.held
    return state in kind.wanted and state != Stage.ASKED


def _usual_step(
    state: Stage,
    reminder: Reminder | None,
    mails: Mails,
    period: Period,
    late: int | None,
    to_call: str,
) -> str:
    if state == Stage.TO_ANSWER:
        return "Gửi phản hồi"
    if state == Stage.UNUSABLE:
        return "Gửi phản hồi kèm phiếu mới"
    if state == Stage.MISSING and not any(mails.values()):
        return "Gửi phiếu, nhắc nộp" if late else "Gửi phiếu"
    if reminder and reminder.held == "reminder-last":
        return to_call
    if state == Stage.MISSING and not late:
        return f"Chờ nộp, hạn trước {format_date(period.due_before)}"
    if reminder and not reminder.held:
        return f"Nhắc {'nộp' if state == Stage.MISSING else 'sửa'} lần {reminder.number}"
    waiting = "Chờ nộp" if state == Stage.MISSING else "Chờ cơ quan sửa"
    if before := mails[MailKind.REMINDER]:
        return f"{waiting} (nhắc lần {len(before)} ngày {format_date(before[-1].time.date())})"
    if state == Stage.ASKED and (answers := mails[MailKind.FEEDBACK]):
        return f"{waiting} (phản hồi ngày {format_date(answers[-1].time.date())})"
    return waiting
