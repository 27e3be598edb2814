"""A whole period by mail, through real servers: forms out to 36 agencies, their answers fetched and
consolidated, feedback, reminders and results out."""

from __future__ import annotations

import io
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import openpyxl
import pytest

from cchc_xl.cli.steps import audit_period, consolidate_period
from cchc_xl.mail.board import status_of
from cchc_xl.mail.letter import MARK
from cchc_xl.mail.log import correspondence
from cchc_xl.outputs.marking import INDEX_SHEET
from cchc_xl.plan.mail_kinds import MailKind
from cchc_xl.workspace.folders import Workspace
from tests.support.mail_office import PERIOD
from tests.support.mail_servers import OFFICE, MailServers
from tests.support.scripted_agencies import ScriptedAgencies, differences
from tests.support.year import FIRST

LEADERS = ("chu-tich@tinh.test", "pho-chu-tich@tinh.test")


def kinds(mail: MailServers, address: str) -> list[str]:
    """The letters of ours in a mailbox, by kind."""
    return [str(m[MARK]).partition("; ")[2] for m in mail.messages(address) if MARK in m]


def attached(message) -> dict[str, bytes]:
    return {part.get_filename(): part.get_content() for part in message.iter_attachments()}


@pytest.mark.long
def test_a_whole_period_by_mail(office_of_all, mail):
    office = office_of_all
    agencies = ScriptedAgencies(mail, office.loaded.programme, PERIOD)
    sent = office.send(MailKind.FORM)
    mail.wait_delivered()
    assert len(sent.letters) == 36
    assert not sent.findings
    assert {one.state for one in status_of(office.loaded, PERIOD).agencies} == {"missing"}

    outcome = agencies.answer()
    flags = mail.flags(OFFICE)
    office.fetch()
    assert mail.flags(OFFICE) == flags
    consolidate_period(office.loaded, FIRST)  # somebody sent a form of that period too
    done = consolidate_period(office.loaded, PERIOD)
    assert differences(outcome, done) == []
    assert audit_period(office.loaded, PERIOD).passed

    # Everything once more: nothing is fetched, counted or sent twice.
    assert office.fetch().mails == 0
    assert office.send(MailKind.FORM).letters == ()

    answers = office.send(MailKind.FEEDBACK)
    mail.wait_delivered()
    board = {one.agency: one for one in status_of(office.loaded, PERIOD).agencies}
    concerned = {name for name, one in board.items() if one.errors + one.warnings}
    assert {one.agency for one in answers.letters} == concerned
    assert len(concerned) > 10
    for agency, address in agencies.addresses.items():
        got = Counter(kinds(mail, address))
        assert got == Counter({"form": 1, "feedback": agency in concerned}), agency
    one = next(iter(sorted(concerned)))
    (message,) = [m for m in mail.messages(agencies.addresses[one]) if "feedback" in str(m[MARK])]
    (marked,) = attached(message).values()
    assert openpyxl.load_workbook(io.BytesIO(marked)).sheetnames[0] == INDEX_SHEET
    assert office.send(MailKind.FEEDBACK).letters == ()

    reminded = {one.agency for one in office.send(MailKind.REMINDER).letters}
    assert {name for name, one in board.items() if one.state == "missing"} <= reminded
    assert outcome.missing <= reminded
    assert office.send(MailKind.REMINDER).letters == ()

    for address in LEADERS:
        mail.add(address)
    office.fill_in(**{"Gửi_kết_quả_đến": "; ".join(LEADERS)})
    office.send(MailKind.RESULT)
    mail.wait_delivered()
    workbook = Workspace(office.root).monitoring(PERIOD)
    for address in LEADERS:
        (message,) = mail.messages(address)
        assert attached(message) == {workbook.name: workbook.read_bytes()}
        text = message.get_body(("plain",)).get_content()
        assert f"Đã nhận phiếu của {len(done.ledger.accepted)}/36 cơ quan" in text
    assert office.send(MailKind.RESULT).letters == ()


@pytest.mark.long
def test_an_office_that_is_killed_while_it_sends_goes_on_without_sending_twice(office_of_all, mail):
    """Killed at six moments; each agency gets its form once, but for those of whom nobody can
    know, and these are named."""
    office = office_of_all
    agencies = ScriptedAgencies(mail, office.loaded.programme, PERIOD)
    registry = office.loaded.programme.registry
    log_path = Workspace(office.root).correspondence(PERIOD)
    for events in (1, 6, 19, 33, 50, 61):
        run = subprocess.Popen(
            [
                sys.executable,
                "-m",
                "cchc_xl",
                "send",
                str(office.root),
                "forms",
                "--period",
                PERIOD,
            ],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        end = time.monotonic() + 60
        while run.poll() is None and len(correspondence(log_path, registry).events) < events:
            assert time.monotonic() < end
            time.sleep(0.002)
        run.send_signal(signal.SIGKILL)
        run.wait()
    last = office.send(MailKind.FORM)
    mail.wait_delivered()
    unsure = {one.agency for one in office.prepare(MailKind.FORM).held if one.code == "mail-unsure"}
    assert len(unsure) <= 6
    assert not last.findings
    for agency, address in agencies.addresses.items():
        got = kinds(mail, address).count("form")
        assert got in (0, 1) if agency in unsure else got == 1, agency

    # The officer looked, and has those sent again that did not arrive.
    lost = [name for name in unsure if not kinds(mail, agencies.addresses[name])]
    assert {one.agency for one in office.send(MailKind.FORM, again=lost).letters} == set(lost)
    mail.wait_delivered()
    assert {kinds(mail, address).count("form") for address in agencies.addresses.values()} == {1}


@pytest.mark.long
def test_an_office_that_is_killed_while_it_fetches_misses_nothing(office_of_all, mail):
    office = office_of_all
    agencies = ScriptedAgencies(mail, office.loaded.programme, PERIOD)
    office.send(MailKind.FORM)
    mail.wait_delivered()
    outcome = agencies.answer()
    mailbox = Workspace(office.root).mailbox
    for lines in (1, 9, 20, 30):
        run = subprocess.Popen(
            [sys.executable, "-m", "cchc_xl", "fetch", str(office.root), "--period", PERIOD],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        end = time.monotonic() + 60
        while run.poll() is None and _lines(mailbox) < lines:
            assert time.monotonic() < end
            time.sleep(0.002)
        run.send_signal(signal.SIGKILL)
        run.wait()
    office.fetch()
    assert differences(outcome, consolidate_period(office.loaded, PERIOD)) == []
    left = [
        p.name for p in Workspace(office.root).inbox(PERIOD).iterdir() if p.name.startswith(".")
    ]
    assert left == []


def _lines(path: Path) -> int:
    return path.read_bytes().count(b'"validity"') if path.exists() else 0
