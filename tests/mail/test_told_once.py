"""What was found is told once, and all of it."""

from __future__ import annotations

import pytest
from click.testing import CliRunner

from cchc_xl.cli.commands import cchc_xl
from cchc_xl.errors import MailError
from cchc_xl.excel.mail_commands import _as_much_as_fits
from cchc_xl.files.attachments import OLE_SIGNATURE
from cchc_xl.mail.collecting import fetch
from cchc_xl.mail.mailbox import Mailbox, open_mailbox
from cchc_xl.plan.mail_kinds import MailKind
from cchc_xl.workspace.folders import Workspace
from tests.support.mail_office import PERIOD
from tests.support.mail_seen import a_bounce, log_of
from tests.support.mail_servers import OFFICE
from tests.support.scripted_agencies import address_of, attach

pytestmark = pytest.mark.long

AGENCY, OTHER = "Sở Tư pháp", "Sở Y tế"


def told(fetched) -> list[str]:
    return [one.code for one in fetched.findings if one.severity != "info"]


UNREADABLE = OLE_SIGNATURE + bytes(3000)


def unreadable_of_a_stranger(agencies, mail) -> None:
    one = agencies.officers[AGENCY]
    mail.add(one.private)
    letter = attach(one.letter("Phiếu", sender=one.private), UNREADABLE, "Phieu So Tu phap.xlsx")
    one.send(letter, one.private)
    mail.wait_delivered()


def test_what_a_run_that_was_cut_off_found_is_told_by_the_next(office, agencies, mail, monkeypatch):
    unreadable_of_a_stranger(agencies, mail)
    two = agencies.officers[OTHER]
    two.send(attach(two.reply(), two.filled(), two.name))
    mail.wait_delivered()
    content, asked = Mailbox.content, []

    def cut_off(self, heading):
        asked.append(heading)
        if len(asked) == 2:
            self.client.shutdown()
        return content(self, heading)

    with monkeypatch.context() as broken:
        broken.setattr(Mailbox, "content", cut_off)
        with pytest.raises(MailError):
            office.fetch()
    assert told(office.fetch()) == ["mail-file-left"]
    assert told(office.fetch()) == []


def test_what_nobody_was_told_is_told_again(office, agencies, mail):
    """The run ended, and what shows it did not."""
    unreadable_of_a_stranger(agencies, mail)
    loaded, password = office.loaded, mail.password(OFFICE)
    found = [
        told(
            fetch(loaded, PERIOD, office.settings, lambda: open_mailbox(office.settings, password))
        )
        for _ in range(2)
    ]
    assert found == [["mail-file-left"]] * 2
    run = CliRunner().invoke(cchc_xl, ["fetch", str(office.root), "--period", PERIOD])
    assert "Phieu So Tu phap.xlsx" in run.output
    run = CliRunner().invoke(cchc_xl, ["fetch", str(office.root), "--period", PERIOD])
    assert "Phieu So Tu phap.xlsx" not in run.output
    assert "Phieu So Tu phap.xlsx" in Workspace(office.root).mailbox_note.read_text("utf-8-sig")


@pytest.mark.parametrize("many", [9, 40])
def test_a_message_shows_what_it_has_room_for_and_says_where_all_stands(
    office, agencies, mail, many
):
    one = agencies.officers[OTHER]
    for number in range(many):
        mail.drop(OFFICE, one.letter(f"Re: [CCHC 2018-6T] Thư số {number}").as_bytes())
    identity = log_of(office).last(MailKind.FORM, AGENCY, "").message_id
    mail.drop(OFFICE, a_bounce(OFFICE, address_of(AGENCY), identity))
    fetched = office.fetch()
    note = Workspace(office.root).mailbox_note
    lines = list(_as_much_as_fits(fetched.to_tell, note))
    assert len("\n".join(lines)) < 3_000
    told_all = many < 10
    assert (len(lines) == many + 1) == told_all
    assert ("bị trả lại" in "".join(lines)) == told_all
    if not told_all:
        assert lines[-1] == f"… và {many + 2 - len(lines)} điều khác, ghi trong tệp {note}."
    text = note.read_text("utf-8-sig")
    assert all(found.message in text for found in fetched.findings)
    assert text.index("bị trả lại") < text.index("Thư số 0")
