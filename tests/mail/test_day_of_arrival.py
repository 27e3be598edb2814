"""When a return left its agency, however it came in."""

from __future__ import annotations

import datetime
import email
from email.message import EmailMessage

import pytest

from cchc_xl.cli.steps import audit_period, consolidate_period
from cchc_xl.text.dates import VIETNAM
from cchc_xl.workspace.disk import set_arrival
from tests.support.mail_office import PERIOD
from tests.support.mail_seen import status
from tests.support.mail_servers import OFFICE
from tests.support.scripted_agencies import attach

pytestmark = pytest.mark.long

AGENCY, OTHER = "Sở Tư pháp", "Sở Y tế"


def dated(mail: EmailMessage, day: datetime.datetime, *, taken: bool = False) -> EmailMessage:
    """The same mail, written at another time; `taken` by a server at that time, whatever the
    mail says itself."""
    if taken:
        mail["Received"] = f"from may by mail.tinh.test; {email.utils.format_datetime(day)}"
    else:
        del mail["Date"]
        mail["Date"] = day
    return mail


IN_TIME = datetime.datetime(2018, 5, 30, 9, tzinfo=VIETNAM)


LATE = datetime.datetime(2018, 6, 11, 9, tzinfo=VIETNAM)


def forwarded(officer, inner: EmailMessage) -> EmailMessage:
    """A mail that came to an officer's own mailbox, carried on to the office's on a later day."""
    outer = dated(officer.letter("Fwd: Phiếu", sender="canbo@tinh.test"), LATE)
    outer.add_attachment(inner)
    return outer


def collected(mail: EmailMessage) -> EmailMessage:
    """A mail that the office's server took over from another on a later day: the last stamp is the
    first server's."""
    stamps = [f"from noi-khac; {email.utils.format_datetime(LATE)}", *mail.get_all("Received")]
    del mail["Received"]
    for stamp in stamps:
        mail["Received"] = stamp
    return mail


def without_date(officer) -> EmailMessage:
    mail = attach(officer.letter("Phiếu"), officer.filled(), officer.name)
    del mail["Date"]
    return mail


@pytest.mark.parametrize(
    ("mail_of", "day"),
    [
        (lambda o: forwarded(o, dated(without_date(o), IN_TIME)), IN_TIME),
        (lambda o: dated(without_date(o), IN_TIME), IN_TIME),
        # No clock of an agency is believed that a server knew to be wrong, nor one in the future.
        (lambda o: dated(dated(without_date(o), IN_TIME), LATE, taken=True), LATE),
        (lambda o: forwarded(o, dated(dated(without_date(o), LATE), IN_TIME, taken=True)), IN_TIME),
        (lambda o: forwarded(o, dated(without_date(o), LATE.replace(year=2001))), LATE),
        (lambda o: collected(dated(dated(without_date(o), IN_TIME), IN_TIME, taken=True)), IN_TIME),
    ],
    ids=[
        "forwarded",
        "late on its way",
        "wrong clock",
        "clock of the inner",
        "before the year",
        "collected late",
    ],
)
def test_a_mail_has_the_same_day_however_it_came_in(office, agencies, mail, mail_of, day):
    raw = mail_of(agencies.officers[OTHER]).as_bytes()
    mail.drop(OFFICE, raw, LATE + datetime.timedelta(minutes=1))
    office.fetch()
    fetched = status(office, OTHER)
    [path] = (office.root / PERIOD / "nhan-ve").iterdir()
    assert path.suffix == ".xlsx"
    path.unlink()
    by_hand = path.with_name("thu.eml")
    by_hand.write_bytes(raw)
    set_arrival(by_hand, (LATE + datetime.timedelta(minutes=1)).timestamp())
    dropped = status(office, OTHER)
    assert (fetched.returned, fetched.late) == (dropped.returned, dropped.late)
    assert fetched.returned == day.date()
    assert bool(fetched.late) == (day == LATE)
    consolidate_period(office.loaded, PERIOD)
    assert audit_period(office.loaded, PERIOD).passed
