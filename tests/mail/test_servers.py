"""The mail servers that other tests rely on do what real ones do, good and bad."""

from __future__ import annotations

import base64
import datetime
import imaplib
import smtplib
import ssl
import subprocess
import sys
import time
from email.message import EmailMessage
from pathlib import Path

import pytest

from tests.support.mail_rules import FULL, HANGS_UP
from tests.support.mail_servers import (
    EXPIRED_HOST,
    HOST,
    LARGEST,
    OFFICE,
    OTHER_NAME_HOST,
    SMALL_HOST,
    SMALLEST,
    STARTTLS_HOST,
    UNICODE_PASSWORD,
    UNICODE_USER,
)

HEALTH, JUSTICE = "so-y-te@tinh.test", "so-tu-phap@tinh.test"


@pytest.fixture
def mail(mail):
    mail.add(HEALTH)
    mail.add(JUSTICE)
    return mail


def a_mail(to: str = HEALTH, sender: str = OFFICE, subject: str = "Phiếu báo cáo") -> bytes:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = sender, to, subject
    message.set_content("Kính gửi Quý cơ quan.")
    return message.as_bytes()


def submission(mail, host: str = HOST) -> smtplib.SMTP:
    smtp = smtplib.SMTP(host, mail.submission_port)
    smtp.starttls(context=mail.trust)
    return smtp


def bounces(mail, address: str = OFFICE) -> list[str]:
    """What delivery reports in a mailbox say."""
    mail.wait_delivered()
    found = mail.messages(address)
    return [m.as_string() for m in found if m.get_content_type() == "multipart/report"]


# ------------------------------------------------------------------ sending


def test_a_mail_to_several_lies_in_each_mailbox(mail):
    assert mail.send_as(OFFICE, a_mail(f"{HEALTH}, {JUSTICE}")) == {}
    mail.wait_delivered()
    for address in (HEALTH, JUSTICE):
        [message] = mail.messages(address)
        assert message["Subject"] == "Phiếu báo cáo"
    assert mail.deliveries(OFFICE) == []


def test_smtp_over_tls_takes_mail(mail):
    with smtplib.SMTP_SSL(HOST, mail.smtps_port, context=mail.trust) as smtp:
        smtp.login(OFFICE, mail.password(OFFICE))
        smtp.sendmail(OFFICE, [HEALTH], a_mail())
    mail.wait_delivered()
    assert len(mail.deliveries(HEALTH)) == 1


def test_only_who_logged_in_may_send_and_only_as_oneself(mail):
    with submission(mail) as smtp:
        with pytest.raises(smtplib.SMTPRecipientsRefused):
            smtp.sendmail(OFFICE, [HEALTH], a_mail())
        smtp.login(JUSTICE, mail.password(JUSTICE))
        with pytest.raises(smtplib.SMTPRecipientsRefused, match="not owned by user"):
            smtp.sendmail(OFFICE, [HEALTH], a_mail())


def test_a_wrong_password_is_refused(mail):
    with submission(mail) as smtp, pytest.raises(smtplib.SMTPAuthenticationError):
        smtp.login(OFFICE, "sai")
    imap = imaplib.IMAP4_SSL(HOST, mail.imaps_port, ssl_context=mail.trust)
    with imap, pytest.raises(imaplib.IMAP4.error, match="AUTHENTICATIONFAILED"):
        imap.login(OFFICE, "sai")
    before = mail.password(OFFICE)
    mail.change_password(OFFICE, "mới hơn")
    with submission(mail) as smtp, pytest.raises(smtplib.SMTPAuthenticationError):
        smtp.login(OFFICE, before)
    mail.clear()
    assert mail.password(OFFICE) == before
    mail.send_as(OFFICE, a_mail())


def test_a_vietnamese_password_goes_as_utf8(mail):
    # smtplib and imaplib send ASCII passwords only through their `login`.
    plain = f"\0{UNICODE_USER}\0{UNICODE_PASSWORD}".encode()
    with submission(mail) as smtp:
        smtp.ehlo()
        code, _ = smtp.docmd("AUTH PLAIN", base64.b64encode(plain).decode())
        assert code == 235
    with imaplib.IMAP4_SSL(HOST, mail.imaps_port, ssl_context=mail.trust) as imap:
        assert imap.authenticate("PLAIN", lambda _: plain)[0] == "OK"


def test_passwords_are_not_taken_without_tls(mail):
    with smtplib.SMTP(HOST, mail.submission_port) as smtp:
        smtp.ehlo()
        assert smtp.has_extn("starttls")
        assert not smtp.has_extn("auth")
    with imaplib.IMAP4(STARTTLS_HOST, mail.imap_port) as imap:
        assert "LOGINDISABLED" in imap.capabilities
        with pytest.raises(imaplib.IMAP4.error, match="disallowed"):
            imap.login(OFFICE, mail.password(OFFICE))
    with imaplib.IMAP4(STARTTLS_HOST, mail.imap_port) as imap:
        imap.starttls(ssl_context=mail.trust)
        imap.login(OFFICE, mail.password(OFFICE))


def test_an_old_server_offers_no_tls_and_would_take_the_password_in_the_clear(mail):
    with smtplib.SMTP(HOST, mail.smtp_without_tls_port) as smtp:
        smtp.ehlo()
        assert not smtp.has_extn("starttls")
        assert smtp.has_extn("auth")
        with pytest.raises(smtplib.SMTPNotSupportedError):
            smtp.starttls(context=mail.trust)


@pytest.mark.parametrize(
    ("host", "why"), [(EXPIRED_HOST, "expired"), (OTHER_NAME_HOST, "IP address mismatch")]
)
def test_bad_certificates_are_found_out(mail, host, why):
    with pytest.raises(ssl.SSLCertVerificationError, match=why):
        submission(mail, host)
    with pytest.raises(ssl.SSLCertVerificationError, match=why):
        smtplib.SMTP_SSL(host, mail.smtps_port, context=mail.trust)
    with pytest.raises(ssl.SSLCertVerificationError, match=why):
        imaplib.IMAP4_SSL(host, mail.imaps_port, ssl_context=mail.trust)


def test_who_does_not_know_the_authority_trusts_none_of_them(mail):
    with pytest.raises(ssl.SSLCertVerificationError, match=r"self-signed|unable to get"):
        smtplib.SMTP_SSL(HOST, mail.smtps_port, context=ssl.create_default_context())


# --------------------------------------------------------------- what goes wrong


def test_unknown_recipients_are_refused_and_the_others_served(mail):
    refused = mail.send_as(OFFICE, a_mail(f"{HEALTH}, khong-co@tinh.test"))
    assert refused["khong-co@tinh.test"][0] == 550
    mail.wait_delivered()
    assert len(mail.deliveries(HEALTH)) == 1


def test_a_greylisted_recipient_takes_the_second_try(mail):
    mail.rules.greylist(HEALTH)
    with pytest.raises(smtplib.SMTPRecipientsRefused, match=r"450.*Greylisted"):
        mail.send_as(OFFICE, a_mail())
    assert mail.send_as(OFFICE, a_mail()) == {}


def test_a_full_mailbox_refused_at_once_takes_mail_when_there_is_room(mail):
    mail.rules.refuse(HEALTH, FULL)
    with pytest.raises(smtplib.SMTPRecipientsRefused, match=r"452.*full"):
        mail.send_as(OFFICE, a_mail())
    mail.rules.accept(HEALTH)
    assert mail.send_as(OFFICE, a_mail()) == {}


def test_a_mailbox_found_full_on_delivery_gives_a_bounce(mail):
    mail.make_full(HEALTH)
    assert mail.send_as(OFFICE, a_mail()) == {}
    [bounce] = bounces(mail)
    assert f"rfc822; {HEALTH}" in bounce
    assert "Status: 5.2.2" in bounce
    assert mail.deliveries(HEALTH) == []
    mail.make_room(HEALTH)
    mail.send_as(OFFICE, a_mail())
    mail.wait_delivered()
    assert len(mail.deliveries(HEALTH)) == 1


def test_an_answer_to_the_office_whose_mailbox_is_full_comes_back(mail):
    mail.make_full(OFFICE)
    mail.send_as(HEALTH, a_mail(OFFICE, HEALTH))
    assert len(bounces(mail, HEALTH)) == 1


def test_a_mistyped_domain_gives_a_bounce_and_nothing_leaves_the_machine(mail):
    mail.send_as(OFFICE, a_mail("so-y-te@tinh.tets"))
    [bounce] = bounces(mail)
    assert "Status: 5.1.2" in bounce


def test_more_than_so_many_mails_in_a_minute_are_put_off(mail):
    mail.rules.limit(OFFICE, 2)
    for _ in range(2):
        assert mail.send_as(OFFICE, a_mail(f"{HEALTH}, {JUSTICE}")) == {}
    with pytest.raises(smtplib.SMTPRecipientsRefused, match=r"450.*too much mail"):
        mail.send_as(OFFICE, a_mail())
    mail.send_as(JUSTICE, a_mail(sender=JUSTICE))
    mail.rules.minute_passes()
    assert mail.send_as(OFFICE, a_mail()) == {}


def test_a_server_may_hang_up_on_who_sends_too_much(mail):
    mail.rules.limit(OFFICE, 1, HANGS_UP)
    with submission(mail) as smtp:
        smtp.login(OFFICE, mail.password(OFFICE))
        smtp.sendmail(OFFICE, [HEALTH], a_mail())
        with pytest.raises(smtplib.SMTPRecipientsRefused, match="421"):
            smtp.sendmail(OFFICE, [HEALTH], a_mail())
        with pytest.raises(smtplib.SMTPServerDisconnected):
            smtp.noop()


@pytest.mark.parametrize(("host", "largest"), [(HOST, LARGEST), (SMALL_HOST, SMALLEST)])
def test_a_server_says_what_is_too_large_and_refuses_it(mail, host, largest):
    with submission(mail, host) as smtp:
        smtp.login(OFFICE, mail.password(OFFICE))
        assert int(smtp.esmtp_features["size"]) == largest
        with pytest.raises(smtplib.SMTPSenderRefused, match="552"):
            smtp.sendmail(OFFICE, [HEALTH], b"Subject: x\r\n\r\n" + bytes(largest + 1))


def test_a_server_that_is_down_is_there_again_with_what_was_in_its_mailboxes(mail):
    mail.send_as(OFFICE, a_mail())
    mail.wait_delivered()
    mail.stop_smtp()
    with pytest.raises(ConnectionRefusedError):
        mail.send_as(OFFICE, a_mail())
    mail.stop_imap()
    with pytest.raises(ConnectionRefusedError), mail.imap_as(OFFICE):
        pass
    mail.start_imap()
    mail.start_smtp()
    mail.send_as(OFFICE, a_mail())
    mail.wait_delivered()
    assert len(mail.deliveries(HEALTH)) == 2


# ------------------------------------------------------------------- mailboxes


def test_a_dropped_mail_came_when_it_is_said_to_have_come(mail):
    zone = datetime.timezone(datetime.timedelta(hours=7))
    came = datetime.datetime(2018, 5, 18, 9, 30, tzinfo=zone)
    mail.drop(OFFICE, a_mail(OFFICE, HEALTH), came)
    with mail.imap_as(OFFICE) as imap:
        imap.select(readonly=True)
        _, [answer] = imap.fetch("1", "(INTERNALDATE)")
    told = imaplib.Internaldate2tuple(answer)
    assert time.mktime(told) == came.timestamp()


def test_flags_tell_whether_a_program_only_looked(mail):
    for _ in range(2):
        mail.drop(OFFICE, a_mail(OFFICE, HEALTH))
    untouched = mail.flags(OFFICE)
    assert untouched == {1: {"\\Recent"}, 2: {"\\Recent"}}
    with mail.imap_as(OFFICE) as imap:
        imap.select(readonly=True)
        imap.fetch("1", "(RFC822)")
    assert mail.flags(OFFICE) == untouched
    with mail.imap_as(OFFICE) as imap:
        imap.select()
        imap.fetch("1", "(RFC822)")
    assert mail.flags(OFFICE) == {1: {"\\Seen"}, 2: set()}


def test_a_mailbox_made_anew_counts_under_another_uidvalidity(mail):
    def uid_validity() -> bytes:
        mail.drop(OFFICE, a_mail(OFFICE, HEALTH))
        with mail.imap_as(OFFICE) as imap:
            imap.select(readonly=True)
            return imap.response("UIDVALIDITY")[1][0]

    first = uid_validity()
    mail.empty(OFFICE)
    assert uid_validity() != first


# ------------------------------------------------------------------ afterwards

_KILLED = """
import os, signal, sys
sys.path.insert(0, {tests!r})
from tests.support.mail_servers import MailServers
servers = MailServers()
print(servers.folder, *(p.pid for p in servers._running.values()), flush=True)
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_nothing_is_left_of_the_servers_when_the_tests_are_killed():
    code = _KILLED.format(tests=str(Path(__file__).parents[2]))
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    folder, *pids = done.stdout.split()
    end = time.monotonic() + 20
    alive = [Path(folder), *(Path("/proc", pid, "cwd") for pid in pids)]
    while any(path.exists() for path in alive) and time.monotonic() < end:
        time.sleep(0.1)
    assert not [path for path in alive if path.exists()]
