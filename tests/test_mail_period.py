"""A whole period by mail, through real servers: forms out to 36 agencies, their answers fetched and
consolidated, feedback and results out."""

from __future__ import annotations

import pytest
from mail_office import PERIOD, Office
from mail_servers import OFFICE
from scripted_agencies import ScriptedAgencies, differences

from cchc_xl.mail_log import FORM
from cchc_xl.steps import consolidate_period


@pytest.fixture
def office(workspace, mail, keyring_of_the_desktop) -> Office:
    office = Office(workspace, mail)
    office.keep_password()
    return office


def test_a_whole_period_by_mail(office, mail):
    agencies = ScriptedAgencies(mail, office.loaded.programme, PERIOD)
    sent = office.send(FORM)
    mail.wait_delivered()
    assert len(sent.letters) == 36
    assert not sent.findings
    outcome = agencies.answer()
    flags = mail.flags(OFFICE)
    office.fetch()
    assert mail.flags(OFFICE) == flags
    done = consolidate_period(office.loaded, PERIOD)
    assert differences(outcome, done) == []
