"""Each failure of mail is one line that says what to do."""

from __future__ import annotations

import imaplib
import socket

import pytest

from cchc_xl.errors import MailError, TemplateError, WrongPasswordError
from cchc_xl.mail.letter import mail_words
from cchc_xl.mail.outgoing import prepare
from cchc_xl.master.opening import load, master_path
from cchc_xl.plan.mail_kinds import MailKind
from cchc_xl.writing.templates import using
from tests.support.mail_office import PERIOD, fill_in

pytestmark = pytest.mark.long


@pytest.mark.parametrize("command", [b"LOGIN", b"SELECT", b"EXAMINE"])
@pytest.mark.parametrize("how", ["cut", "hang"])
def test_a_line_that_breaks_is_no_wrong_password_and_no_missing_folder(
    office, mail, monkeypatch, command, how
):
    monkeypatch.setattr("cchc_xl.mail.mailbox.SECONDS_TO_ANSWER", 1)
    if command == b"SELECT":
        fill_in(master_path(office.root), Đánh_dấu_đã_đọc="Có")
    original = imaplib.IMAP4.send

    def broken(self, data):
        if command in data.upper():
            if how == "hang":
                return
            self.sock.shutdown(socket.SHUT_RDWR)
        original(self, data)

    monkeypatch.setattr(imaplib.IMAP4, "send", broken)
    with pytest.raises(MailError) as told:
        office.fetch()
    assert not isinstance(told.value, WrongPasswordError)
    assert "thư mục" not in str(told.value)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("thu-phieu.txt", "Kính gửi: {{ co_quan }}".encode("utf-16-le")),
        ("thu.html", "<p>Kính gửi</p>".encode("cp1258", "replace") + b"\xff"),
        ("van-ban.toml", b"[thu]\nphieu = '{{ khong_co }}'\n"),
        ("thu-phieu.txt", b"{% if co_quan %}"),
    ],
)
def test_a_broken_own_template_is_told_before_anything_is_written(workspace, name, content):
    (workspace / "mau").mkdir()
    (workspace / "mau" / name).write_bytes(content)
    before = sorted(workspace.rglob("*"))
    with pytest.raises(TemplateError, match=name):
        prepare(load(workspace), PERIOD, MailKind.FORM)
    assert sorted(workspace.rglob("*")) == before


def test_an_empty_list_of_subjects_is_told():
    with using({"van-ban.toml": b"[thu]\nnhac = []\n"}), pytest.raises(TemplateError):
        mail_words(MailKind.REMINDER, {"lan": 1})
