"""Whose business a mail is: an agency's return, another matter, or the office's own."""

from __future__ import annotations

import io
from dataclasses import replace
from email.message import EmailMessage

import openpyxl
import pytest

from cchc_xl.files.attachments import OLE_SIGNATURE
from cchc_xl.mail.letter import MARK
from cchc_xl.mail.outgoing import LEADERS
from cchc_xl.master.opening import master_path
from cchc_xl.plan.mail_kinds import MailKind
from cchc_xl.workspace.folders import Workspace
from tests.support.mail_office import PERIOD
from tests.support.mail_seen import log_of, saved, status, table
from tests.support.mail_servers import OFFICE
from tests.support.scripted_agencies import ScriptedAgencies, address_of, attach, enter_addresses

pytestmark = pytest.mark.long

AGENCY, OTHER = "Sở Tư pháp", "Sở Y tế"


def codes(findings) -> list[str]:
    return [one.code for one in findings]


def test_what_a_leader_answers_is_no_return(office, agencies, mail):
    leader = mail.add("lanh-dao@tinh.test")
    event = replace(
        log_of(office).last(MailKind.FORM, AGENCY, ""),
        agency=LEADERS,
        agency_id="",
        kind=MailKind.RESULT,
        message_id="<ket-qua@tinh.test>",
    )
    log_of(office).add(event)
    one = agencies.officers[AGENCY]
    letter = one.letter("Re: Kết quả", sender=leader)
    letter["In-Reply-To"] = event.message_id
    workbook = io.BytesIO()
    openpyxl.Workbook().save(workbook)
    mail.drop(OFFICE, attach(letter, workbook.getvalue(), "Phu-luc-2.xlsx").as_bytes())
    office.fetch()
    assert saved(office) == []


def test_two_agencies_with_one_address_are_not_taken_for_each_other(office, agencies, mail):
    enter_addresses(master_path(office.root), {OTHER: address_of(AGENCY)})
    one = agencies.officers[AGENCY]
    one.send(attach(one.letter("Phiếu"), one.filled(), one.name))
    mail.wait_delivered()
    assert codes(office.fetch().findings) == ["mail-form-saved"]


def test_a_form_from_an_address_that_nobody_knows_is_told(office, agencies, mail):
    one, other = agencies.officers[AGENCY], agencies.officers[OTHER]
    for officer in (one, other):
        mail.add(officer.private)
    letter = attach(one.letter("Phiếu", sender=one.private), one.filled(), "Phieu.xlsx")
    one.send(letter, one.private)
    mail.wait_delivered()
    assert codes(office.fetch().findings) == ["mail-form-saved", "mail-form-from-unknown"]
    # Who answers the office's own mail had that mail.
    answer = other.letter("Phiếu", sender=other.private)
    answer["In-Reply-To"] = other.asked["Message-ID"]
    other.send(attach(answer, other.filled(), "Phieu.xlsx"), other.private)
    mail.wait_delivered()
    assert codes(office.fetch().findings) == ["mail-form-saved"]


def test_the_blank_form_that_comes_back_in_an_answer_is_no_return(office, agencies, mail):
    one = agencies.officers[AGENCY]
    one.send(attach(one.reply("Đã nhận được phiếu."), one.form, one.name))
    mail.wait_delivered()
    assert codes(office.fetch().findings) == ["mail-form-blank"]
    assert not list(Workspace(office.root).returned_files(PERIOD))


def told(fetched) -> list[str]:
    return [one.code for one in fetched.findings if one.severity != "info"]


def test_other_business_of_an_agency_is_not_its_return(office, agencies, mail):
    one = agencies.officers[OTHER]
    one.send(attach(one.letter("Danh sách cán bộ đi tập huấn"), table(), "Tap huan.xlsx"))
    for number in range(3):
        one.send(one.letter(f"Giấy mời {number}", "Kính mời họp."))
    mail.wait_delivered()
    assert told(office.fetch()) == ["mail-file-left"]
    assert saved(office) == []
    assert status(office, OTHER).state == "missing"
    assert OTHER in [letter.agency for letter in office.prepare(MailKind.REMINDER).letters]


def test_other_business_after_the_return_leaves_the_return_as_it_is(office, agencies, mail):
    one = agencies.officers[OTHER]
    one.send(attach(one.reply(), one.filled(), one.name))
    mail.wait_delivered()
    office.fetch()
    before = status(office, OTHER)
    one.send(attach(one.letter("Báo cáo nhân sự"), table(), "Nhan su.xlsx"))
    mail.wait_delivered()
    assert told(office.fetch()) == ["mail-file-left"]
    assert status(office, OTHER) == before
    [letter] = office.prepare(MailKind.FEEDBACK).letters
    assert "Nhan su" not in letter.words.plain


UNREADABLE = OLE_SIGNATURE + bytes(3000)


@pytest.mark.parametrize(
    ("letter_of", "name"),
    [
        (lambda o: o.reply(), "Bao cao.xls"),
        (lambda o: answering(o, "References"), "Bao cao.xls"),
        (lambda o: o.letter("Trả lời: [CCHC 2018-6T] Phiếu báo cáo 6 tháng"), "Bao cao.xls"),
        (lambda o: o.letter("Gửi phiếu"), "phieu_2018-6t_so-y-te (2).xls"),
    ],
    ids=["reply", "thread", "subject", "file"],
)
def test_what_is_meant_as_a_return_is_kept_though_it_is_none(
    office, agencies, mail, letter_of, name
):
    one = agencies.officers[OTHER]
    one.send(attach(letter_of(one), UNREADABLE, name))
    mail.wait_delivered()
    assert told(office.fetch()) == ["mail-file-kept"]
    assert len(saved(office)) == 1
    assert status(office, OTHER).state == "unusable"


def answering(officer, header: str) -> EmailMessage:
    """A new mail in a thread that a mail of ours began."""
    mail = officer.letter("Về việc báo cáo")
    mail[header] = f"<dau-tien@so.test> {officer.asked['Message-ID']} <tiep-theo@so.test>"
    return mail


@pytest.mark.parametrize("subject", ["Re: [CCHC 2018-6T] Phiếu báo cáo", "Lịch họp"])
def test_an_answer_without_a_workbook_is_told_and_an_ordinary_mail_is_not(
    office, agencies, mail, subject
):
    one = agencies.officers[OTHER]
    one.send(one.letter(subject, "Xin gia hạn."))
    mail.wait_delivered()
    assert told(office.fetch()) == ["mail-without-form"] * subject.startswith("Re")


def test_a_form_that_comes_back_empty_is_told_as_that(office, agencies, mail):
    one = agencies.officers[OTHER]
    one.send(attach(one.reply("Xin gửi phiếu."), one.form, "Phieu.xlsx"))
    mail.wait_delivered()
    [found] = office.fetch().findings
    assert found.code == "mail-form-blank"
    assert "còn trống" in found.message
    assert saved(office) == []


@pytest.mark.parametrize(
    "changed", [(), ("Message-ID",), ("X-CCHC-XL",), ("Message-ID", "X-CCHC-XL")]
)
def test_what_the_office_mails_to_itself_is_no_answer(office, mail, changed):
    """Sở Nội vụ gathers the returns, and is one of those that return."""
    enter_addresses(master_path(office.root), {"Sở Nội vụ": OFFICE})
    office.send(MailKind.FORM)
    mail.wait_delivered()
    [sent] = mail.messages(OFFICE)
    for name in changed:
        del sent[name]
    mail.empty(OFFICE)
    mail.drop(OFFICE, sent.as_bytes())
    fetched = office.fetch()
    assert fetched.findings == ()
    # Where nothing is left that shows it, it is looked into.
    assert fetched.mails == (len(changed) == 2)


def test_our_own_mail_that_an_agency_edits_and_sends_back_brings_its_return(office, agencies, mail):
    one = agencies.officers[AGENCY]
    letter = attach(one.reply(), one.filled(), "Phieu.xlsx")
    letter[MARK] = f"{PERIOD} form"
    mail.drop(OFFICE, letter.as_bytes())
    assert told(office.fetch()) == []
    assert len(saved(office)) == 1


def test_what_the_office_returns_itself_counts(office, mail):
    enter_addresses(master_path(office.root), {"Sở Nội vụ": OFFICE})
    agencies = ScriptedAgencies(mail, office.loaded.programme, PERIOD, ["Sở Nội vụ"])
    agencies.addresses["Sở Nội vụ"] = agencies.officers["Sở Nội vụ"].address = OFFICE
    office.send(MailKind.FORM)
    mail.wait_delivered()
    one = agencies.officers["Sở Nội vụ"]
    assert one.look()
    mail.drop(OFFICE, attach(one.reply(), one.filled(), one.name).as_bytes())
    assert told(office.fetch()) == []
    assert status(office, "Sở Nội vụ").submission.accepted
