"""Mail out and mailbox in under attack, through real servers."""

from __future__ import annotations

import pytest
from mail_office import PERIOD, Office
from mail_servers import OFFICE
from scripted_agencies import ScriptedAgencies, attach

from cchc_xl.mail_log import FORM

AGENCY, OTHER = "Sở Tư pháp", "Sở Y tế"
NAMES = (AGENCY, OTHER, "UBND huyện Lắk")


@pytest.fixture
def office(workspace, mail, keyring_of_the_desktop) -> Office:
    office = Office(workspace, mail, NAMES)
    office.keep_password()
    return office


@pytest.fixture
def agencies(office, mail) -> ScriptedAgencies:
    """Agencies that have their forms."""
    agencies = ScriptedAgencies(mail, office.loaded.programme, PERIOD, NAMES)
    office.send(FORM)
    mail.wait_delivered()
    for one in agencies.officers.values():
        assert one.look()
    return agencies


def saved(office: Office) -> list[str]:
    return sorted(path.name for path in (office.root / PERIOD / "nhan-ve").glob("*"))


def codes(findings) -> list[str]:
    return [one.code for one in findings]


# ------------------------------------------------- a mail that is made to do harm


@pytest.mark.parametrize(
    "header",
    [
        b"Subject: =?utf-8?B?A?=",
        b"Date: Fri, 18 May 2018 09:30:00 +9999",
        b"Date: Fri, 18 May 99999999999999999999 09:30:00 +0700",
        b"Date: Fri, 18 May 2018 09:30:00 +999999999999999999999999",
        b'From: "',
        b"From: a@[",
        b"From: " + b"(" * 5000,
        b"Content-Type: message/rfc822\r\n\r\nMessage-ID: <a@[",
        b"Content-Type: message/rfc822\r\n\r\n" * 3000,
        b"".join(b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (n, n)
                 for n in range(3000)),
    ],
)  # fmt: skip
def test_no_mail_of_a_stranger_keeps_others_from_being_fetched(office, agencies, mail, header):
    one = agencies.officers[AGENCY]
    body = b"\r\nContent-Type: application/pdf\r\n\r\n%PDF"
    mail.drop(OFFICE, header + body)
    one.send(attach(one.reply(), one.filled(), one.name))
    mail.wait_delivered()
    office.fetch()
    assert len(saved(office)) == 1
