"""Scripted agencies answer by mail as they say they do, whatever the office is."""

from __future__ import annotations

import email
import email.policy
from email.message import EmailMessage

import pytest
import tnefparse

from cchc_xl.cli.steps import consolidate_period
from cchc_xl.master.opening import load
from cchc_xl.period.dispatch import make_forms
from tests.support.mail_servers import OFFICE
from tests.support.scripted_agencies import (
    PHOTOS,
    STRANGER,
    WAYS,
    ScriptedAgencies,
    attach,
    differences,
    enter_addresses,
)
from tests.support.winmail import winmail

PERIOD = "2018-6T"
THREE = ("Sở Tư pháp", "Sở Y tế", "UBND huyện Lắk")


@pytest.fixture
def loaded(workspace):
    return load(workspace)


def agencies_with_forms(mail, loaded, names=None) -> ScriptedAgencies:
    """Agencies that were sent their forms as an office does that has only a mail program."""
    agencies = ScriptedAgencies(mail, loaded.programme, PERIOD, names)
    paths, _ = make_forms(loaded, PERIOD)
    for name, address in agencies.addresses.items():
        letter = EmailMessage(policy=email.policy.SMTP)
        letter["From"], letter["To"] = OFFICE, address
        letter["Subject"] = "V/v báo cáo cải cách hành chính 6 tháng"
        letter["Message-ID"] = f"<hoi.{paths[name].stem}@tinh.test>"
        letter.set_content("Đề nghị Quý cơ quan điền phiếu kèm theo.\n")
        mail.send_as(OFFICE, attach(letter, paths[name].read_bytes(), paths[name].name).as_bytes())
    mail.wait_delivered()
    return agencies


def save_into_nhan_ve(mail, loaded) -> None:
    """What an officer does by hand: save each mail as a file, and where the mail program shows
    only a winmail.dat, what is in that."""
    inbox = loaded.workspace.inbox(PERIOD)
    inbox.mkdir(parents=True, exist_ok=True)
    for number, raw in enumerate(mail.deliveries(OFFICE), 1):
        message = email.message_from_bytes(raw, policy=email.policy.default)
        parts = [p for p in message.walk() if p.get_content_type() == "application/ms-tnef"]
        for part in parts:
            for file in tnefparse.TNEF(part.get_content()).attachments:
                (inbox / f"thu-{number:03}.xlsx").write_bytes(file.data)
        if not parts:
            (inbox / f"thu-{number:03}.eml").write_bytes(raw)


def test_what_all_agencies_say_each_in_its_way_is_what_an_office_can_count(mail, loaded):
    agencies = agencies_with_forms(mail, loaded)
    outcome = agencies.answer()
    assert not outcome.unreached
    assert len(outcome.ways) == 36
    assert set(outcome.ways.values()) == {name for name, way in WAYS.items() if not way.heavy}
    silent = {name for name, way in outcome.ways.items() if not WAYS[way].counts}
    assert outcome.missing == silent
    assert outcome.entries.keys() == agencies.truth.keys() - silent
    assert len(mail.deliveries(OFFICE)) == outcome.mails
    senders = [message["From"].addresses[0].addr_spec for message in mail.messages(OFFICE)]
    assert senders.count(STRANGER) == 2
    save_into_nhan_ve(mail, loaded)
    assert differences(outcome, consolidate_period(loaded, PERIOD)) == []


def test_a_figure_that_was_not_meant_is_found(mail, loaded):
    agencies = agencies_with_forms(mail, loaded, THREE)
    outcome = agencies.answer("replies", spam=0)
    save_into_nhan_ve(mail, loaded)
    done = consolidate_period(loaded, PERIOD)
    assert differences(outcome, done) == []
    code, row = next((c, r) for c, r in outcome.entries[THREE[0]].items() if r["percent"])
    entries = {**outcome.entries[THREE[0]], code: {**row, "percent": row["percent"] - 1}}
    other = outcome._replace(
        entries={THREE[0]: entries, THREE[1]: outcome.entries[THREE[1]]},
        missing=frozenset({THREE[2]}),
    )
    first, second = differences(other, done)
    assert first == f"counted: {THREE[2]} (replies)"
    assert second.startswith(f"{THREE[0]} {code} percent: {row['percent']}")
    assert second.endswith(f", meant {row['percent'] - 1}")


def test_they_say_the_same_every_time(mail, loaded):
    first = agencies_with_forms(mail, loaded)
    again = ScriptedAgencies(mail, loaded.programme, PERIOD)
    assert first.ways() == again.ways()
    assert first.truth == again.truth
    other = ScriptedAgencies(mail, loaded.programme, PERIOD, seed=2)
    assert first.ways() != other.ways()


def test_whom_no_mail_reached_has_nothing_to_answer(mail, loaded):
    agencies = agencies_with_forms(mail, loaded, THREE)
    mail.empty(agencies.addresses["Sở Y tế"])
    outcome = agencies.answer("replies", spam=0)
    assert outcome.unreached == outcome.missing == {"Sở Y tế"}
    assert len(mail.deliveries(OFFICE)) == 2


def test_a_reply_belongs_to_the_mail_it_answers(mail, loaded):
    agencies = agencies_with_forms(mail, loaded, THREE[:1])
    agencies.answer("replies", spam=0)
    [reply] = mail.messages(OFFICE)
    assert reply["In-Reply-To"] == "<hoi.Phieu_2018-6T_So-Tu-phap@tinh.test>"
    [part] = reply.iter_attachments()
    assert part.get_filename() == "Phieu_2018-6T_So-Tu-phap.xlsx"


def test_a_corrected_form_comes_on_another_day(mail, loaded):
    agencies = agencies_with_forms(mail, loaded, THREE[:1])
    agencies.answer("corrects_it_later", spam=0)
    with mail.imap_as(OFFICE) as imap:
        imap.select(readonly=True)
        _, found = imap.fetch("1:*", "(INTERNALDATE)")
    assert len({answer.partition(b" ")[2] for answer in found}) == 2


@pytest.mark.parametrize(
    ("way", "said"),
    [
        ("names_the_file_by_the_standard", b"filename*0*=utf-8''Phi%E1%BA%BFu"),
        ("names_the_file_as_old_programs_do", b'filename="=?UTF-8?B?UGhp4bq/'),
        ("names_the_file_in_bare_utf8", 'filename="Phiếu báo cáo cải cách'.encode()),
    ],
)
def test_a_vietnamese_file_name_comes_as_it_was_written(mail, loaded, way, said):
    agencies = agencies_with_forms(mail, loaded, THREE[:1])
    agencies.answer(way, spam=0)
    [raw] = mail.deliveries(OFFICE)
    assert said in raw


def test_winmail_dat_is_what_another_reader_takes_apart():
    files = {"Phiếu của Sở Y tế.xlsx": b"PK" + bytes(range(256)), "b.pdf": b"%PDF"}
    read = tnefparse.TNEF(winmail(files), do_checksum=True)
    assert {a.long_filename().rstrip("\0"): a.data for a in read.attachments} == files


def test_addresses_are_entered_into_the_master_workbook(mail, loaded, workspace):
    agencies = ScriptedAgencies(mail, loaded.programme, PERIOD, THREE)
    enter_addresses(workspace / "CCHC-2018.xlsm", agencies.addresses)
    registry = load(workspace).programme.registry
    assert {name: registry.by_name[name].email for name in THREE} == agencies.addresses


@pytest.mark.slow
@pytest.mark.parametrize("way", [name for name, way in WAYS.items() if way.heavy])
def test_photos_come_along(mail, loaded, way):
    agencies = agencies_with_forms(mail, loaded, THREE[:1])
    agencies.answer(way, spam=0)
    [raw] = mail.deliveries(OFFICE)
    assert len(raw) > PHOTOS * 4 / 3
