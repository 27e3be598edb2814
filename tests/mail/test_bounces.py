"""What came back, and of which letter."""

from __future__ import annotations

import email

import pytest

from cchc_xl.mail.board import status_of
from cchc_xl.mail.log import BOUNCED
from cchc_xl.mail.outgoing import deliver, open_carrier, prepare
from cchc_xl.master.mail_settings import DRAFTS
from cchc_xl.master.opening import master_path
from cchc_xl.plan.mail_kinds import MailKind
from tests.support.mail_office import PERIOD
from tests.support.mail_seen import a_bounce, log_of, saved, status
from tests.support.mail_servers import OFFICE
from tests.support.scripted_agencies import address_of, enter_addresses

pytestmark = pytest.mark.long

AGENCY, OTHER = "Sở Tư pháp", "Sở Y tế"


def codes(findings) -> list[str]:
    return [one.code for one in findings]


def test_a_letter_to_a_wrong_address_in_capitals_goes_out_once_it_is_mended(office, mail):
    enter_addresses(master_path(office.root), {AGENCY: "So.Tu.Phap@Khac.Test"})
    office.send(MailKind.FORM)
    mail.wait_delivered()
    office.fetch()
    assert "mail-bounced" in codes(office.prepare(MailKind.FORM).held)
    enter_addresses(master_path(office.root), {AGENCY: mail.add(address_of(AGENCY))})
    assert [one.agency for one in office.send(MailKind.FORM).letters] == [AGENCY]


def test_a_form_that_came_back_to_its_agency_and_is_sent_on_counts(office, agencies, mail):
    one = agencies.officers[AGENCY]
    returned = a_bounce(one.address, OFFICE, "<cua-so@tinh.test>", one.filled())
    letter = one.letter("Thư bị trả lại, gửi lại", "Gửi lại.\n")
    letter.add_attachment(email.message_from_bytes(returned, policy=letter.policy))
    one.send(letter)
    mail.wait_delivered()
    office.fetch()
    assert len(saved(office)) == 1


def test_a_bounce_without_an_identity_is_of_the_last_mail_only(office, agencies, mail):
    loaded = office.loaded
    before = prepare(loaded, "2018-Q1", MailKind.FORM)
    deliver(loaded, before, lambda: open_carrier(loaded, before))
    mail.drop(OFFICE, a_bounce(OFFICE, address_of(AGENCY), ""))
    office.fetch()
    events = [log_of(office, period).events for period in ("2018-Q1", PERIOD)]
    assert sum(one.event == BOUNCED for log in events for one in log) == 1


def test_a_late_bounce_of_an_address_that_was_mended_is_no_trouble(office, agencies, mail):
    log = log_of(office)
    sent = log.last(MailKind.FORM, AGENCY, "")
    office.send(MailKind.FORM, [AGENCY])
    mail.drop(OFFICE, a_bounce(OFFICE, address_of(AGENCY), sent.message_id))
    office.fetch()
    board = status_of(office.loaded, PERIOD)
    assert next(one for one in board.agencies if one.agency == AGENCY).trouble == ""


def told(fetched) -> list[str]:
    return [one.code for one in fetched.findings if one.severity != "info"]


UNKNOWN = "<cua-outlook@tinh.test>"


def bounced(office) -> list[str]:
    return [event.agency for event in log_of(office).events if event.event == BOUNCED]


def test_a_draft_that_came_back_is_noticed_whatever_identity_it_was_sent_with(office, mail):
    office.fill_in(Cách_gửi=DRAFTS)
    office.send(MailKind.FORM)
    mail.drop(OFFICE, a_bounce(OFFICE, address_of(AGENCY), UNKNOWN))
    assert told(office.fetch()) == ["mail-bounced"]
    assert bounced(office) == [AGENCY]
    assert status(office, AGENCY).trouble
    assert not status(office, OTHER).trouble


@pytest.mark.parametrize(
    ("subject", "is_ours"),
    [("[CCHC 2018-6T] Phiếu báo cáo", True), ("Giấy mời họp", False), ("[CCHC 2018-Q1]", False)],
)
def test_a_mail_of_ours_that_came_back_is_known_by_its_subject(
    office, agencies, mail, subject, is_ours
):
    mail.drop(OFFICE, a_bounce(OFFICE, address_of(AGENCY), UNKNOWN, subject=subject))
    office.fetch()
    assert bounced(office) == [AGENCY] * is_ours


def test_a_return_that_did_not_reach_the_office_is_no_draft_of_its_own(office, agencies, mail):
    """Sở Nội vụ gathers the returns, and is one of those that return."""
    office.fill_in(Cách_gửi=DRAFTS)
    enter_addresses(master_path(office.root), {"Sở Nội vụ": OFFICE})
    office.send(MailKind.FORM)
    one = agencies.officers[OTHER]
    mail.drop(OFFICE, a_bounce(one.address, OFFICE, "<cua-so@tinh.test>", one.filled()))
    office.fetch()
    assert (bounced(office), len(saved(office))) == ([], 1)
