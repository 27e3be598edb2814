"""Mail that goes out, and all that can go wrong with it: one Vietnamese line each, nothing lost."""

from __future__ import annotations

import datetime
import email
import email.policy
import re
import sys
import zipfile
from email.header import decode_header, make_header
from types import ModuleType, SimpleNamespace

import hypothesis
import openpyxl
import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from cchc_xl.cli.commands import cchc_xl
from cchc_xl.cli.steps import consolidate_period
from cchc_xl.errors import MailError, MasterWorkbookError, TemplateError
from cchc_xl.excel.outlook import OutlookDrafts
from cchc_xl.files.mails import decoded, read_headers
from cchc_xl.mail.board import status_of
from cchc_xl.mail.carriers import SmtpCarrier
from cchc_xl.mail.letter import MARK, Letter, Words, mail_of, mail_words
from cchc_xl.mail.mailbox import open_mailbox
from cchc_xl.mail.outgoing import deliver
from cchc_xl.master.mail_settings import DRAFTS, OUTLOOK, addresses
from cchc_xl.master.opening import master_path
from cchc_xl.plan.mail_kinds import MailKind
from cchc_xl.workspace.folders import Workspace
from tests.support import mail_rules
from tests.support.forms import edit_workbook
from tests.support.letters import LETTERS
from tests.support.mail_office import PERIOD, THREE, Office
from tests.support.mail_servers import (
    EXPIRED_HOST,
    HOST,
    OFFICE,
    OTHER_NAME_HOST,
    SMALL_HOST,
    UNICODE_PASSWORD,
    UNICODE_USER,
)
from tests.support.scripted_agencies import address_of, enter_addresses
from tests.support.year import put_return


def received(mail, agency: str) -> list[email.message.EmailMessage]:
    mail.wait_delivered()
    return mail.messages(address_of(agency))


def events(office: Office) -> list[str]:
    path = Workspace(office.root).correspondence(PERIOD)
    return re.findall(r'"event": "(\w+)"', path.read_text("utf-8")) if path.exists() else []


def refusal(office: Office) -> str:
    """The one line that is told when nothing can be sent at all."""
    with pytest.raises(MailError) as error:
        office.send(MailKind.FORM)
    line = str(error.value)
    assert "\n" not in line
    assert re.search("[À-ỹ]", line)
    return line


# ------------------------------------------------------------------- a letter


def test_a_letter_is_plain_and_html_with_the_form(office, mail, monkeypatch):
    monkeypatch.setattr("cchc_xl.mail.board.today", lambda: datetime.date(2018, 5, 31))
    office.send(MailKind.FORM)
    (message,) = received(mail, "Sở Y tế")
    form = Workspace(office.root).forms(PERIOD) / "Phieu_2018-6T_So-Y-te.xlsx"
    assert message["Subject"] == "[CCHC 2018-6T] Phiếu báo cáo 6 tháng đầu năm 2018 - Sở Y tế"
    assert str(message["From"]) == f"Sở Nội vụ <{OFFICE}>"
    plain, page = (message.get_body((kind,)).get_content() for kind in ("plain", "html"))
    assert plain.startswith("Kính gửi: Sở Y tế\n")
    assert "**" not in plain
    assert "<strong>trước ngày 01/6/2018</strong>" in page
    (part,) = message.iter_attachments()
    assert (part.get_filename(), part.get_content()) == (form.name, form.read_bytes())
    assert all(len(line) < 998 for line in mail.deliveries(address_of("Sở Y tế"))[0].splitlines())


def test_the_same_letter_is_the_same_mail(office):
    first, second = (
        office.prepare(MailKind.FORM).letters[0],
        office.prepare(MailKind.FORM).letters[0],
    )
    day = datetime.datetime(2018, 5, 2, 9, tzinfo=datetime.UTC)
    mails = [mail_of(one, office.settings, "<1@tinh.test>", day) for one in (first, second)]
    assert mails[0] == mails[1]


SIGNS = " ,.;:()<>[]@\"'&/\\-–+=?_0123456789"
titles = st.text(LETTERS + LETTERS.upper() + SIGNS, min_size=1, max_size=140).map(
    lambda text: " ".join(text.split()) or "Sở"
)


@hypothesis.settings(max_examples=300, deadline=None)
@given(name=titles, subject=titles)
def test_the_senders_name_and_the_subject_arrive_as_they_are_written(name, subject):
    letter = Letter("form", PERIOD, "Sở Y tế", "", "", ("a@b.vn",), Words(subject, "x", "x"))
    office = SimpleNamespace(sender=OFFICE, name=name)
    raw = mail_of(letter, office, "<1@tinh.test>")
    assert max(map(len, raw.partition(b"\r\n\r\n")[0].split(b"\r\n"))) <= 78 + len(OFFICE)
    headers, _ = read_headers(raw, 0, len(raw))
    sender = headers["from"].decode().rpartition(" <")[0]
    assert decoded(headers["subject"]) == by_an_older_program(headers["subject"]) == subject
    assert decoded(sender.encode()) == by_an_older_program(sender.encode()) == name
    message = email.message_from_bytes(raw, policy=email.policy.default)
    (address,) = message["From"].addresses
    # Python's parser of addresses puts a blank between two encoded words.
    assert address.display_name.split() == name.split() or max(map(len, name.split())) > 12
    assert (address.addr_spec, message["Subject"]) == (OFFICE, subject)


def by_an_older_program(header: bytes) -> str:
    return str(make_header(decode_header(header.decode())))


@pytest.mark.parametrize(
    "name",
    [
        "Phòng Cải cách hành chính, Sở Nội vụ",
        "Sở Nội vụ, tỉnh Đắk Lắk (Phòng CCHC)",
        "Ban Chỉ đạo cải cách hành chính tỉnh Đắk Lắk, Sở Nội vụ, Phòng CCHC và Văn thư, lưu trữ",
    ],
)
def test_a_long_name_of_the_office_comes_through_the_servers(office, mail, name):
    office.fill_in(Tên_người_gửi=name)
    office.send(MailKind.FORM)
    for agency in THREE:
        (message,) = received(mail, agency)
        assert message["From"].addresses[0].display_name.split() == name.split()
        assert message["Subject"].endswith(f"6 tháng đầu năm 2018 - {agency}")


def test_what_agencies_typed_is_text_and_nothing_else(office):
    nasty = "<script>x</script> [a](http://e.vn) ![i](http://e.vn/i.png) **đậm** http://e.vn\n# T"
    facts = {
        "co_quan": nasty,
        "noi_gui": "Sở Nội vụ",
        "ky": "6 tháng",
        "han": "01/6/2018",
        "ma_ky": "2018-6T",
        "tep": nasty,
        "nguoi_lap": nasty,
        "so_loi": 1,
        "so_canh_bao": 0,
        "phieu_moi": False,
        "nguoi_lien_he": nasty,
        "dien_thoai": "",
        "thu": "",
        "phat_hien": [{"muc_do": "Lỗi", "o": "K1", "noi_dung": nasty, "can_lam": nasty}],
        "giai_trinh": False,
    }
    words = mail_words(MailKind.FEEDBACK, facts)
    body = words.html.partition("<body")[2]
    assert not re.search(r"<(script|a|img|h1|strong)\b", body)
    assert "&lt;script&gt;" in body
    assert "\n" not in words.subject


@pytest.mark.long
def test_reminders_grow_firmer_and_wait_between_them(office, mail, monkeypatch):
    office.send(MailKind.FORM)
    start = datetime.date(2018, 6, 4)
    said = []
    # The second one, of Thursday 7/6, gives time until Monday 11/6.
    for days in (0, 1, 3, 7, 8, 14):
        day = start + datetime.timedelta(days=days)
        now = datetime.datetime.combine(day, datetime.time(9), datetime.UTC)
        monkeypatch.setattr("cchc_xl.mail.board.today", lambda day=day: day)
        monkeypatch.setattr("cchc_xl.mail.carriers.now", lambda now=now: now)
        said.append([one.about for one in office.send(MailKind.REMINDER).letters])
    assert said == [["1"] * 3, [], ["2"] * 3, [], ["3"] * 3, []]
    got = [m for m in received(mail, "Sở Y tế") if "reminder" in str(m[MARK])]
    first, second, third = (m.get_body(("plain",)).get_content() for m in got)
    assert "đã quá hạn 4 ngày" in first
    assert "lần nhắc thứ hai (lần trước: 04/6/2018)" in second
    assert "Thủ trưởng" in third
    assert "ĐÔN ĐỐC" in got[2]["Subject"]
    held = {one.code for one in office.prepare(MailKind.REMINDER).held if one.agency == "Sở Y tế"}
    assert held == {"reminder-last"}


@pytest.mark.long
def test_a_reminder_that_is_sent_again_is_the_same_one(office, mail):
    office.send(MailKind.FORM)
    office.send(MailKind.REMINDER)
    assert [one.about for one in office.send(MailKind.REMINDER, again=["STP"]).letters] == ["1"]
    assert [m["Subject"] for m in received(mail, "Sở Tư pháp")][1:] == 2 * [
        "[CCHC 2018-6T] Nhắc nộp báo cáo 6 tháng đầu năm 2018 - Sở Tư pháp"
    ]


# ------------------------------------------------------------- who gets nothing


def test_sending_again_is_for_those_named_and_nobody_else(office):
    assert [one.agency for one in office.send(MailKind.FORM, again=["Sở Y tế"]).letters] == [
        "Sở Y tế"
    ]


def test_nobody_is_reminded_of_a_form_that_was_never_made(office):
    outgoing = office.prepare(MailKind.REMINDER)
    assert outgoing.letters == ()
    assert {one.code for one in outgoing.held} == {"reminder-without-form"}


@pytest.mark.long
def test_who_has_returned_is_not_asked_for_a_form_nor_pressed_at_once(office):
    entries = {"III.1": {"status": "Gần xong"}}
    put_return(office.loaded, "Sở Y tế", PERIOD, entries)
    assert {one.agency for one in office.send(MailKind.FORM).letters} == {
        "Sở Tư pháp",
        "UBND huyện Lắk",
    }
    assert [one.agency for one in office.send(MailKind.FEEDBACK).letters] == ["Sở Y tế"]
    outgoing = office.prepare(MailKind.REMINDER)
    assert {one.agency for one in outgoing.letters} == {"Sở Tư pháp", "UBND huyện Lắk"}
    assert [o.code for o in outgoing.held if o.agency == "Sở Y tế"] == ["reminder-answered-lately"]


def test_an_agency_without_an_address_is_named_and_the_others_get_theirs(office):
    sent = office.prepare(MailKind.FORM)
    assert {one.agency for one in sent.letters} == set(THREE)
    assert {one.code for one in sent.held} == {"mail-address-missing"}
    assert len(sent.held) == 33


def test_a_dry_run_shows_who_gets_what_and_does_nothing(office, mail):
    before = {p: p.read_bytes() for p in office.root.rglob("*") if p.is_file()}
    command = ["send", str(office.root), "forms", "--period", PERIOD, "--dry-run"]
    told = CliRunner().invoke(cchc_xl, command)
    assert told.exit_code == 0, told.output
    assert f"Sở Y tế <{address_of('Sở Y tế')}>" in told.output
    assert "Phieu_2018-6T_So-Y-te.xlsx" in told.output
    assert {p: p.read_bytes() for p in office.root.rglob("*") if p.is_file()} == before
    assert not received(mail, "Sở Y tế")


@pytest.mark.long
def test_a_form_that_has_changed_since_is_not_sent_by_itself(office, mail):
    office.send(MailKind.FORM)
    office.fill_in(Tên_người_gửi="Sở Nội vụ tỉnh Đắk Lắk")  # only the words change
    assert {one.code for one in office.prepare(MailKind.FORM).held if one.agency in THREE} == {
        "mail-sent-before"
    }
    edit_workbook(
        master_path(office.root),
        "Kỳ báo cáo",
        {"Kỳ": PERIOD},
        **{"Tên kỳ": "Sáu tháng đầu năm 2018"},
    )
    held = [one for one in office.prepare(MailKind.FORM).held if one.agency == "Sở Y tế"]
    assert [one.code for one in held] == ["mail-changed-since"]
    assert len(office.send(MailKind.FORM, again=["Sở Y tế"]).letters) == 1
    assert len(received(mail, "Sở Y tế")) == 2
    assert len(received(mail, "Sở Tư pháp")) == 1


# ------------------------------------------------------- servers and passwords


@pytest.mark.parametrize(
    ("host", "said"), [(EXPIRED_HOST, "đã hết hạn"), (OTHER_NAME_HOST, "tên máy chủ khác")]
)
def test_a_certificate_that_is_wrong_gets_no_password(office, mail, host, said):
    office.set_servers(host, host)
    office.keep_password()
    line = refusal(office)
    assert said in line
    assert "Chứng thư" in line
    assert events(office) == []
    with pytest.raises(MailError, match=said):
        office.fetch()


def test_a_certificate_of_nobody_known_is_refused(office):
    office.fill_in(Tệp_chứng_thư="")
    assert "không do nơi đáng tin cậy cấp" in refusal(office)


def test_a_server_without_encryption_gets_no_password(office, mail):
    office.set_servers(HOST, HOST, Cổng_gửi=mail.smtp_without_tls_port)
    assert "không cho mã hóa" in refusal(office)


def test_the_wrong_kind_of_encryption_is_told(office, mail):
    office.set_servers(HOST, HOST, Bảo_mật_khi_gửi="TLS")
    assert "STARTTLS hay TLS" in refusal(office)


def test_tls_from_the_start_works_too(office, mail):
    office.set_servers(HOST, HOST, Bảo_mật_khi_gửi="TLS", Cổng_gửi=mail.smtps_port)
    assert len(office.send(MailKind.FORM).letters) == 3


def test_a_wrong_password_is_told_in_a_line(office, mail):
    office.keep_password("sai-mat-khau")
    assert "nhập mật khẩu đúng" in refusal(office)
    with pytest.raises(MailError, match="nhập mật khẩu đúng"):
        office.fetch()
    assert events(office) == []
    office.keep_password()
    assert len(office.send(MailKind.FORM).letters) == 3


def test_a_vietnamese_password_is_a_password(office, mail):
    office.fill_in(Địa_chỉ_thư=UNICODE_USER)
    office.keep_password(UNICODE_PASSWORD)
    assert len(office.send(MailKind.FORM).letters) == 3
    with open_mailbox(office.settings, UNICODE_PASSWORD) as box:
        assert box.validity


def test_no_password_at_all_is_told_in_a_line(office, keyring_of_the_desktop):
    keyring_of_the_desktop.clear()
    assert "Chưa có mật khẩu" in refusal(office)


def test_a_computer_without_a_password_store_is_told_in_a_line(office, no_keyring):
    assert "kho mật khẩu" in refusal(office)


@pytest.mark.long
def test_a_server_that_is_not_there_is_told_and_the_rest_goes_later(office, mail):
    mail.stop_smtp()
    assert "Không kết nối được" in refusal(office)
    office.set_servers("khong-co.tinh.test")
    office.keep_password()
    assert "Không tìm thấy" in refusal(office)
    mail.start_smtp()
    office.set_servers(HOST)
    assert len(office.send(MailKind.FORM).letters) == 3
    assert len(received(mail, "Sở Y tế")) == 1


def test_a_server_that_hangs_up_half_way_is_asked_again(office, mail):
    mail.rules.limit(OFFICE, 1, mail_rules.HANGS_UP)
    assert "bấm lại để làm tiếp" in refusal(office)
    mail.rules.minute_passes()
    mail.rules.clear()
    office.send(MailKind.FORM)
    assert [len(received(mail, agency)) for agency in THREE] == [1, 1, 1]


def test_the_password_is_in_no_file(office, mail, keyring_of_the_desktop):
    office.send(MailKind.FORM)
    office.fetch()
    office.send(MailKind.REMINDER)
    secret = mail.password(OFFICE).encode()
    assert len(secret) >= 6
    for path in office.root.rglob("*"):
        if path.is_file():
            assert secret not in path.read_bytes(), path
            if zipfile.is_zipfile(path):
                with zipfile.ZipFile(path) as package:
                    assert not any(secret in package.read(n) for n in package.namelist()), path
    assert set(keyring_of_the_desktop.passwords().values()) == {secret.decode()}


def test_the_command_keeps_and_forgets_a_password(office, mail, keyring_of_the_desktop):
    keyring_of_the_desktop.clear()
    command = ["password", str(office.root)]
    told = CliRunner().invoke(cchc_xl, command, input=mail.password(OFFICE) + "\n")
    assert told.exit_code == 0, told.output
    assert mail.password(OFFICE) not in told.output
    assert len(office.send(MailKind.FORM).letters) == 3
    assert CliRunner().invoke(cchc_xl, [*command, "--forget"]).exit_code == 0
    assert keyring_of_the_desktop.passwords() == {}


# ------------------------------------------------------------------- recipients


def test_a_refused_recipient_costs_only_their_own_letter(office, mail):
    mail.rules.refuse(address_of("Sở Y tế"))
    sent = office.send(MailKind.FORM)
    assert {one.agency for one in sent.letters} == set(THREE) - {"Sở Y tế"}
    (told,) = sent.findings
    assert (told.code, told.agency) == ("mail-refused", "Sở Y tế")
    assert "550" in told.message
    mail.rules.accept(address_of("Sở Y tế"))
    assert [one.agency for one in office.send(MailKind.FORM).letters] == ["Sở Y tế"]
    assert [len(received(mail, agency)) for agency in THREE] == [1, 1, 1]


@pytest.mark.parametrize("host", [HOST, SMALL_HOST])  # told at the first recipient, or at once
@pytest.mark.long
def test_a_sender_who_is_refused_is_the_offices_own_trouble(office, mail, host):
    office.set_servers(host, Địa_chỉ_thư="cchc@tinh.test", Tên_đăng_nhập=OFFICE)
    office.keep_password()
    line = refusal(office)
    assert "“Địa chỉ thư” và “Tên đăng nhập” ở trang Thư điện tử" in line
    assert "not owned by user" in line
    assert "còn 3 thư" in line
    assert events(office) == []
    office.fill_in(Địa_chỉ_thư=OFFICE)
    assert len(office.send(MailKind.FORM).letters) == 3


@pytest.mark.parametrize(
    ("code", "said", "of_the_sender"),
    [
        (553, "5.7.1 <snv@tinh.test>: Sender address rejected: not owned by user a@b.vn", True),
        (450, "4.1.8 <snv@tinh.test>: Sender address rejected: Domain not found", True),
        (550, "5.7.60 SMTP; Client does not have permissions to send as this sender", True),
        (550, "<SNV@tinh.test> is not local", True),
        (550, "5.1.1 <so-y-te@tinh.test>: Recipient address rejected: <snv@tinh.test> x", False),
        (450, "4.7.1 greylisted <snv@tinh.test> to <so-y-te@tinh.test>", False),
        (550, "5.1.1 <so-y-te@tinh.test>... User unknown", False),
        (552, "5.2.2 Mailbox full", False),
        (550, "5.1.1 <so-y-te@tinh.test>: User unknown (from <snv@tinh.test>)", False),
        (550, "<snv@tinh.test>: not allowed to write to <so-y-te@tinh.test>", False),
    ],
)
def test_refusals_in_the_words_of_many_servers(code, said, of_the_sender):
    carrier = SmtpCarrier.__new__(SmtpCarrier)  # without its server, which has words of its own
    carrier.settings = SimpleNamespace(sender=OFFICE)
    assert carrier._is_of_the_sender(code, said.encode(), "so-y-te@tinh.test") == of_the_sender


def test_an_office_that_is_an_agency_too_is_a_recipient_like_others():
    carrier = SmtpCarrier.__new__(SmtpCarrier)
    carrier.settings = SimpleNamespace(sender=OFFICE)
    unknown = f"5.1.1 <{OFFICE}>... User unknown".encode()
    assert not carrier._is_of_the_sender(550, unknown, OFFICE.upper())


def test_a_letter_that_was_refused_is_to_be_sent_again(office, mail):
    mail.rules.refuse(address_of("Sở Y tế"))
    office.send(MailKind.FORM)
    (status,) = [o for o in status_of(office.loaded, PERIOD).agencies if o.agency == "Sở Y tế"]
    assert status.next_step.endswith("). Bấm gửi lại: Gửi phiếu")
    assert "chưa đi: máy chủ không nhận thư gửi đến so-y-te@tinh.test (550" in status.next_step


def test_one_dead_address_of_two_is_told_as_that(office, mail):
    both = f"{address_of('Sở Y tế')}; cu@khac.test"
    enter_addresses(master_path(office.root), {"Sở Y tế": both})
    office.send(MailKind.FORM)
    mail.wait_delivered()
    office.fetch()
    (status,) = [o for o in status_of(office.loaded, PERIOD).agencies if o.agency == "Sở Y tế"]
    assert status.next_step.startswith("Nhắc nộp lần 1 (thư ")
    assert "không đến được cu@khac.test, các địa chỉ khác không bị trả lại" in status.next_step


@pytest.mark.long
def test_a_full_mailbox_bounces_and_the_board_says_so(office, mail):
    mail.make_full(address_of("Sở Y tế"))
    assert len(office.send(MailKind.FORM).letters) == 3
    mail.wait_delivered()
    told = [one for one in office.fetch().findings if one.code == "mail-bounced"]
    assert [one.agency for one in told] == ["Sở Y tế"]
    assert not list(Workspace(office.root).inbox(PERIOD).glob("*"))  # the form came back too
    (status,) = [o for o in status_of(office.loaded, PERIOD).agencies if o.agency == "Sở Y tế"]
    assert "bị trả lại" in status.trouble
    held = {one.agency: one.code for one in office.prepare(MailKind.FORM).held}
    assert held["Sở Y tế"] == "mail-bounced"
    assert held["Sở Tư pháp"] == "mail-sent-before"

    # To another address it goes again, by itself.
    mail.add("van-thu.syt@tinh.test")
    enter_addresses(master_path(office.root), {"Sở Y tế": "van-thu.syt@tinh.test"})
    assert [one.agency for one in office.send(MailKind.FORM).letters] == ["Sở Y tế"]
    mail.wait_delivered()
    assert len(mail.messages("van-thu.syt@tinh.test")) == 1


def test_results_that_come_back_are_mended_where_the_leaders_address_stands(office, mail):
    put_return(office.loaded, "Sở Y tế", PERIOD, {"III.1": {"status": "Đang thực hiện"}})
    consolidate_period(office.loaded, PERIOD)
    office.fill_in(Gửi_kết_quả_đến="sai@khac.test")
    office.send(MailKind.RESULT)
    mail.wait_delivered()
    for found in (office.fetch().findings, office.prepare(MailKind.RESULT).held):
        (told,) = [one for one in found if one.code == "mail-bounced"]
        assert "“Gửi kết quả đến” ở trang Thư điện tử" in told.action


def test_greylisted_recipients_get_it_with_the_next_click(office, mail):
    mail.rules.greylist(address_of("Sở Y tế"))
    assert len(office.send(MailKind.FORM).letters) == 2
    assert len(office.send(MailKind.FORM).letters) == 1
    assert [len(received(mail, agency)) for agency in THREE] == [1, 1, 1]


def test_a_letter_that_is_too_large_is_not_tried(office, mail, monkeypatch):
    big = b"x" * 200_000
    monkeypatch.setattr("cchc_xl.period.dispatch.write_form", lambda *_: big)
    office.set_servers(SMALL_HOST)
    office.keep_password()
    sent = office.send(MailKind.FORM)
    assert {one.code for one in sent.findings} == {"mail-too-large"}
    assert sent.letters == ()


@pytest.mark.long
def test_each_refusal_is_told_with_its_address_and_reason(office_of_all, mail):
    names = list(office_of_all.loaded.programme.registry.by_name)
    for name in names:
        mail.add(address_of(name))
    reasons = [
        "552 5.2.2 Mailbox full",
        "550 5.1.1 User unknown",
        "550 5.7.1 Blocked",
        "550 5.1.1 No such user",
        "554 5.7.1 Spam",
    ]
    for name, reason in zip(names, reasons, strict=False):
        mail.rules.refuse(address_of(name), reason)
    command = ["send", str(office_of_all.root), "forms", "--period", PERIOD]
    told = CliRunner().invoke(cchc_xl, command).output.splitlines()
    for name, reason in zip(names, reasons, strict=False):
        (line,) = [line for line in told if f"{name}: " in line]
        assert address_of(name) in line
        assert reason.split(" ", 2)[2] in line


def test_what_is_the_same_for_many_is_told_in_one_line(office):
    command = ["send", str(office.root), "forms", "--period", PERIOD, "--dry-run"]
    told = CliRunner().invoke(cchc_xl, command).output
    assert "Các cơ quan sau chưa có địa chỉ thư điện tử (33): Văn phòng UBND tỉnh, " in told
    assert told.count("chưa có địa chỉ thư điện tử") == 1


# ----------------------------------------------------------------------- drafts


def test_drafts_are_mails_that_open_for_editing(office, mail):
    office.fill_in(Cách_gửi=DRAFTS)
    assert len(office.send(MailKind.FORM).letters) == 3
    folder = Workspace(office.root).drafts(PERIOD)
    drafts = {p.name: p.read_bytes() for p in folder.iterdir()}
    assert sorted(drafts) == [
        "phieu_So-Tu-phap_STP.eml",
        "phieu_So-Y-te_SYT.eml",
        "phieu_UBND-huyen-Lak_LAK.eml",
    ]
    message = email.message_from_bytes(drafts["phieu_So-Y-te_SYT.eml"], policy=email.policy.default)
    assert message["X-Unsent"] == "1"
    assert message["To"] == address_of("Sở Y tế")
    assert message["Date"] is None
    assert not received(mail, "Sở Y tế")
    assert office.send(MailKind.FORM).letters == ()
    (status,) = [o for o in status_of(office.loaded, PERIOD).agencies if o.agency == "Sở Y tế"]
    assert status.mailed(MailKind.FORM).event == "draft"


def test_outlook_is_for_the_buttons_in_excel(office):
    office.fill_in(Cách_gửi=OUTLOOK)
    assert "nút trong Excel" in refusal(office)


def test_a_draft_that_outlook_did_not_make_is_made_with_the_next_click(office, monkeypatch):
    """Outlook played: it refuses the second letter, once, as with one of its windows open."""
    items: list[SimpleNamespace] = []
    made: list[str] = []

    def create_item(_):
        files = SimpleNamespace(Add=lambda *_: None)
        item = SimpleNamespace(Attachments=files, Save=lambda: made.append(item.To))
        items.append(item)
        if len(items) == 2:
            raise RuntimeError("com_error")
        return item

    client = ModuleType("win32com.client")
    client.Dispatch = lambda _: SimpleNamespace(CreateItem=create_item)
    monkeypatch.setitem(sys.modules, "win32com", SimpleNamespace(client=client))
    monkeypatch.setitem(sys.modules, "win32com.client", client)
    office.fill_in(Cách_gửi=OUTLOOK)
    with pytest.raises(MailError, match="bấm lại"):
        deliver(office.loaded, office.prepare(MailKind.FORM), OutlookDrafts)
    assert len(made) == 1
    outgoing = office.prepare(MailKind.FORM)
    assert "mail-unsure" not in {one.code for one in outgoing.held}
    assert len(deliver(office.loaded, outgoing, OutlookDrafts).letters) == 2
    assert sorted(made) == sorted(map(address_of, THREE))


def test_a_draft_that_an_officer_edited_is_kept_beside_a_new_one(office):
    office.fill_in(Cách_gửi=DRAFTS)
    office.send(MailKind.FORM)
    draft = Workspace(office.root).drafts(PERIOD) / "phieu_So-Y-te_SYT.eml"
    ours = draft.read_bytes()
    draft.write_bytes(ours + b"sua tay")
    office.send(MailKind.FORM, again=["Sở Y tế"])
    kept = list(draft.parent.glob("phieu_So-Y-te_SYT_ban-truoc-*.eml"))
    assert [path.read_bytes() for path in kept] == [ours + b"sua tay"]


# --------------------------------------------------------------------- settings


def test_a_wrong_server_does_not_keep_from_writing_drafts(office):
    office.fill_in(Cách_gửi=DRAFTS, Cổng_gửi="năm")
    assert len(office.send(MailKind.FORM).letters) == 3


def test_addresses_are_taken_as_mail_programs_copy_them():
    text = "Phòng Tổ chức <tc@a.vn>; b@a.vn c@a.vn,\nVăn thư <B@a.vn>"
    assert addresses(text) == ("tc@a.vn", "b@a.vn", "c@a.vn")


@pytest.mark.parametrize(
    "host",
    ["mail..daklak.gov.vn", ".mail.vn", "mail.vn.", "a" * 64 + ".vn", "mail.vn:587", "1..2:"],
)
def test_a_host_that_cannot_be_looked_up_is_named(office, mail, host):
    office.set_servers(host, host)
    assert "“Máy chủ gửi (SMTP)”" in refusal(office)
    with pytest.raises(MailError, match="“Máy chủ nhận"):
        office.fetch()


@pytest.mark.parametrize(
    ("said", "wanted"),
    [
        ({"Cách_gửi": "Bồ câu"}, "Cách gửi"),
        ({"Cổng_gửi": "năm"}, "Cổng gửi"),
        ({"Địa_chỉ_thư": "snv at tinh"}, "Địa chỉ thư"),
        ({"Số_thư_mỗi_phút": "0"}, "Số thư mỗi phút"),
        ({"Tệp_chứng_thư": "khong-co.pem"}, "Tệp chứng thư"),
        ({"Gửi_kết_quả_đến": "a@b.vn; chủ tịch"}, "Gửi kết quả đến"),
    ],
)
def test_a_setting_that_cannot_be_used_is_named(office, said, wanted):
    office.fill_in(**said)
    assert f"“{wanted}”" in refusal(office)


def test_a_renamed_heading_stops_instead_of_mailing_with_the_usual_settings(office):
    master = master_path(office.root)
    workbook = openpyxl.load_workbook(master, keep_vba=True)
    workbook["Thư điện tử"]["B4"].value = "Trị"
    workbook.save(master)
    with pytest.raises(MasterWorkbookError, match="“Giá trị”"):
        office.prepare(MailKind.FORM)


def test_results_need_somebody_to_go_to(office):
    with pytest.raises(MailError, match="Gửi kết quả đến"):
        office.prepare(MailKind.RESULT)


def test_a_broken_template_sends_nothing(office, mail):
    own = Workspace(office.root).templates
    own.mkdir()
    (own / "thu-phieu.txt").write_text("Kính gửi {{ ten }}", "utf-8")
    with pytest.raises(TemplateError, match=r"thu-phieu\.txt"):
        office.send(MailKind.FORM)
    assert events(office) == []
    (own / "thu-phieu.txt").write_text("Gửi **{{ co_quan }}** phiếu.", "utf-8")
    office.send(MailKind.FORM)
    (message,) = received(mail, "Sở Y tế")
    assert message.get_body(("plain",)).get_content().startswith("Gửi Sở Y tế phiếu.")
