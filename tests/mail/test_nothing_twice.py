"""No letter goes out twice, no return comes in twice, and none is lost."""

from __future__ import annotations

import datetime
import json
from pathlib import Path

import openpyxl
import pytest

from cchc_xl.errors import UnreadableFileError
from cchc_xl.mail.outgoing import deliver, open_carrier, prepare
from cchc_xl.master.mail_settings import DRAFTS
from cchc_xl.master.opening import load, master_path
from cchc_xl.plan.mail_kinds import MailKind
from cchc_xl.returns.form import feedback_files
from cchc_xl.workspace.folders import Workspace
from tests.support.mail_office import PERIOD
from tests.support.mail_seen import saved
from tests.support.mail_servers import OFFICE
from tests.support.scripted_agencies import address_of, attach, enter_addresses

pytestmark = pytest.mark.long

AGENCY, OTHER = "Sở Tư pháp", "Sở Y tế"


def rename(master: Path, agency: str, name: str) -> None:
    workbook = openpyxl.load_workbook(master, keep_vba=True)
    for cell in (cell for sheet in workbook for row in sheet.iter_rows() for cell in row):
        if cell.value == agency:
            cell.value = name
    workbook.save(master)


def codes(findings) -> list[str]:
    return [one.code for one in findings]


def test_an_agency_that_was_renamed_does_not_get_its_letter_again(office, agencies, mail):
    rename(master_path(office.root), OTHER, "Sở Y tế và Dân số")
    outgoing = office.prepare(MailKind.FORM)
    assert "Sở Y tế và Dân số" in [one.agency for one in outgoing.held]
    assert outgoing.letters == ()


def test_what_a_newer_version_wrote_into_the_log_is_not_sent_again(office, agencies):
    path = Workspace(office.root).correspondence(PERIOD)
    lines = [json.loads(line) for line in path.read_text("utf-8").splitlines() if line]
    path.write_text("\n".join(json.dumps({**line, "via": "x"}) for line in lines), "utf-8")
    assert office.prepare(MailKind.FORM).letters == ()
    path.write_text('{"moment": "2030", "what": "sent", "who": "x"}\n', "utf-8")
    with pytest.raises(UnreadableFileError, match="Nhật ký thư"):
        office.prepare(MailKind.FORM)


def test_a_mailbox_that_is_numbered_anew_brings_nothing_twice(office, agencies, mail):
    one = agencies.officers[AGENCY]
    one.send(attach(one.reply(), one.filled(), one.name))
    mail.wait_delivered()
    office.fetch()
    [path] = (office.root / PERIOD / "nhan-ve").iterdir()
    path.write_bytes(path.read_bytes() + b"\0")  # opened and saved by an officer
    mails = mail.deliveries(OFFICE)
    mail.empty(OFFICE)
    for raw in mails:
        mail.drop(OFFICE, raw)
    office.fetch()
    assert len(saved(office)) == 1


def test_an_address_that_stands_twice_gets_one_letter(office, mail):
    mail.add(address_of(AGENCY))
    twice = f"{address_of(AGENCY)}; {address_of(AGENCY).upper()}"
    enter_addresses(master_path(office.root), {AGENCY: twice})
    letters = office.prepare(MailKind.FORM).letters
    assert {one.agency: len(one.recipients) for one in letters}[AGENCY] == 1


def test_a_first_version_that_comes_again_after_a_second_one_is_told(office, agencies, mail):
    one = agencies.officers[AGENCY]
    first, second = one.filled(), one.filled({})
    assert first != second
    for number, content in enumerate((first, second, first)):
        when = datetime.datetime.now(datetime.UTC) - datetime.timedelta(hours=3 - number)
        letter = one.reply()
        del letter["Date"]
        mail.drop(OFFICE, attach(letter, content, one.name).as_bytes(), when)
    assert "mail-form-older-again" in codes(office.fetch().findings)


def test_agencies_whose_names_differ_in_diacritics_only_have_drafts_of_their_own(workspace):
    master = master_path(workspace)
    rename(master, OTHER, "Sở Tứ pháp")
    enter_addresses(master, {"Sở Tứ pháp": "a@tinh.test", AGENCY: "b@tinh.test"})
    loaded = load(workspace)
    outgoing = prepare(loaded, PERIOD, MailKind.FORM, way=DRAFTS)
    deliver(loaded, outgoing, lambda: open_carrier(loaded, outgoing))
    assert len(list(loaded.workspace.drafts(PERIOD).iterdir())) == 2
    assert (
        len(set(feedback_files(loaded.programme, loaded.programme.period_by_id[PERIOD]).values()))
        == 36
    )


def test_what_a_version_before_noted_brings_nothing_twice(office, agencies, mail):
    one = agencies.officers[OTHER]
    mail.drop(OFFICE, attach(one.reply(), one.filled(), one.name).as_bytes())
    office.fetch()
    [path] = (office.root / PERIOD / "nhan-ve").iterdir()
    path.write_bytes(path.read_bytes() + b"\0")  # opened and saved by an officer
    journal = Workspace(office.root).mailbox
    lines = [json.loads(line) for line in journal.read_text("utf-8").split("\n") if line]
    for line in lines:
        line.pop("box", "")
    journal.write_text("\n".join(map(json.dumps, lines)), "utf-8")
    office.fetch()
    assert len(saved(office)) == 1
