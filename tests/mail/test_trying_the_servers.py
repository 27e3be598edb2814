"""What the doctor says of an office's mail, with real servers and a real password store."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
from collections.abc import Callable
from email.message import EmailMessage
from pathlib import Path

import openpyxl
import pytest

from cchc_xl.cli.doctor import Check, examine, report
from cchc_xl.errors import WorkspaceError
from cchc_xl.excel.outlook import OutlookDrafts
from cchc_xl.master.mail_settings import DRAFTS, OUTLOOK
from cchc_xl.master.opening import master_path
from tests.support.mail_office import THREE
from tests.support.mail_servers import EXPIRED_HOST, HOST, OFFICE, STARTTLS_HOST
from tests.support.scripted_agencies import address_of, enter_addresses

SENDING, MAILBOX = "Máy chủ gửi thư", "Hộp thư"
WAY, ADDRESSES = "Cách gửi thư", "Địa chỉ các cơ quan"
MAIL, SHEETS = "Thư điện tử", "Nội dung sổ tổng hợp"


def mail_checks(root: Path, outlook: Callable[[], object] | None = None) -> dict[str, Check]:
    names = (WAY, SENDING, MAILBOX, ADDRESSES, MAIL, SHEETS)
    return {one.name: one for one in examine(root, outlook=outlook) if one.name in names}


def faults(root: Path) -> dict[str, str]:
    """What is to be done, by the name of the check."""
    return {name: one.action for name, one in mail_checks(root).items() if one.ok is False}


def files(root: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in root.rglob("*") if path.is_file()}


def a_mail() -> bytes:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = address_of("Sở Y tế"), OFFICE, "Phiếu"
    message.set_content("Kính gửi Sở Nội vụ.")
    return message.as_bytes()


# --------------------------------------------------------------------- all is well


def test_servers_that_take_the_password_are_said_to(office, mail):
    for _ in range(2):
        mail.drop(OFFICE, a_mail())
    checks = mail_checks(office.root)
    assert [(name, one.ok, one.action) for name, one in checks.items()] == [
        (WAY, True, ""),
        (SENDING, True, ""),
        (MAILBOX, True, ""),
        (ADDRESSES, True, ""),
    ]
    logged_in = f"đăng nhập được bằng {OFFICE}"
    assert checks[SENDING].found == f"{HOST}:{mail.submission_port} (STARTTLS), {logged_in}"
    assert checks[MAILBOX].found == (
        f"{HOST}:{mail.imaps_port} (TLS), {logged_in}, thư mục INBOX có 2 thư"
    )


def test_looking_changes_nothing_and_sends_nothing(office, mail, keyring_of_the_desktop):
    office.fill_in(Đánh_dấu_đã_đọc="Có")
    mail.drop(OFFICE, a_mail())
    before = files(office.root), mail.flags(OFFICE), keyring_of_the_desktop.passwords()
    assert before[1] == {1: {"\\Recent"}}
    assert faults(office.root) == {}
    mail.wait_delivered()
    assert (files(office.root), mail.flags(OFFICE), keyring_of_the_desktop.passwords()) == before
    assert [mail.messages(address_of(name)) for name in THREE] == [[], [], []]


def test_the_other_kind_of_tls_is_tried_where_it_is_set(office, mail):
    office.set_servers(
        HOST,
        STARTTLS_HOST,
        Bảo_mật_khi_gửi="TLS",
        Cổng_gửi=mail.smtps_port,
        Bảo_mật_khi_nhận="STARTTLS",
        Cổng_nhận=mail.imap_port,
    )
    office.keep_password()
    assert faults(office.root) == {}


def test_agencies_without_an_address_are_counted_and_named(office):
    (told,) = [one for name, one in mail_checks(office.root).items() if name == ADDRESSES]
    assert told.ok is True
    assert told.found.startswith("33 cơ quan chưa có (Văn phòng UBND tỉnh, Sở Nội vụ, ")
    assert " và 28 nơi khác); ghi ở cột E-mail của trang Cơ quan" in told.found


def test_where_all_agencies_have_an_address_nothing_is_said(office_of_all):
    assert ADDRESSES not in mail_checks(office_of_all.root)


# --------------------------------------------------------------- passwords and servers


def test_a_password_that_servers_do_not_take_is_told_and_kept(office, mail, keyring_of_the_desktop):
    office.keep_password("sai-mat-khau")
    told = faults(office.root)
    assert set(told) == {SENDING, MAILBOX}
    for action in told.values():
        assert f"{HOST} không nhận tên đăng nhập “{OFFICE}”" in action
        assert "Bấm lại nút gửi hay lấy thư" in action
    assert set(keyring_of_the_desktop.passwords().values()) == {"sai-mat-khau"}


def test_a_password_that_was_never_kept_is_asked_for(office, keyring_of_the_desktop):
    keyring_of_the_desktop.clear()
    told = faults(office.root)
    assert set(told) == {SENDING, MAILBOX}
    for action in told.values():
        assert action.startswith(f"Chưa có mật khẩu của {OFFICE} ({HOST}). Bấm nút gửi hay lấy")


def test_a_server_that_is_gone_is_told_before_a_password_is_asked_for(
    office, mail, keyring_of_the_desktop
):
    keyring_of_the_desktop.clear()
    mail.stop_smtp()
    mail.stop_imap()
    told = faults(office.root)
    assert told[SENDING].startswith(f"Không kết nối được máy chủ gửi thư {HOST}:")
    assert told[MAILBOX].startswith(f"Không kết nối được máy chủ nhận thư {HOST}:")


@pytest.mark.long
def test_one_server_that_is_gone_does_not_hide_the_other(office, mail):
    mail.stop_smtp()
    assert set(faults(office.root)) == {SENDING}
    mail.start_smtp()
    mail.stop_imap()  # Postfix asks Dovecot for passwords
    told = faults(office.root)
    assert "Không kết nối được" in told[MAILBOX]
    assert "Không kết nối được" not in told[SENDING]


@pytest.mark.long
def test_a_computer_without_a_password_store_is_told(office, no_keyring):
    assert {"kho mật khẩu" in action for action in faults(office.root).values()} == {True}


def test_a_name_that_no_server_has_is_told(office):
    office.set_servers("khong-co.tinh.test", "khong-co.tinh.test")
    assert [action[:15] for action in faults(office.root).values()] == ["Không tìm thấy "] * 2


def test_a_server_that_does_not_answer_costs_no_more_time_than_is_given_to_it(office, monkeypatch):
    for module in ("carriers", "mailbox"):
        monkeypatch.setattr(f"cchc_xl.mail.{module}.SECONDS_TO_ANSWER", 0.5)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        office.set_servers("127.0.0.1", "127.0.0.1", Cổng_gửi=port, Cổng_nhận=port)
        started = time.monotonic()
        told = faults(office.root)
        assert time.monotonic() - started < 15
    assert set(told) == {SENDING, MAILBOX}


# ------------------------------------------------------------------------------ TLS


@pytest.mark.parametrize("password", [True, False])
def test_a_certificate_of_nobody_known_is_told(office, keyring_of_the_desktop, password):
    office.fill_in(Tệp_chứng_thư="")
    if not password:
        keyring_of_the_desktop.clear()
    told = faults(office.root)
    assert set(told) == {SENDING, MAILBOX}
    for action in told.values():
        assert "không do nơi đáng tin cậy cấp" in action
        assert "dòng “Tệp chứng thư”" in action


def test_a_certificate_that_has_expired_is_told(office):
    office.set_servers(EXPIRED_HOST, EXPIRED_HOST)
    assert {"đã hết hạn" in action for action in faults(office.root).values()} == {True}


def test_a_file_that_is_no_certificate_is_told(office):
    (office.root / "ca.pem").write_text("không phải chứng thư")
    assert {action.partition(".")[0] for action in faults(office.root).values()} == {
        "Tệp chứng thư ca"
    }


def test_a_server_that_offers_no_tls_is_told(office, mail):
    office.set_servers(
        HOST, STARTTLS_HOST, Cổng_gửi=mail.smtp_without_tls_port, Cổng_nhận=mail.imap_port
    )
    told = faults(office.root)
    assert "không cho mã hóa" in told[SENDING]
    assert "Không lập được đường truyền mã hóa" in told[MAILBOX]


# ------------------------------------------------------------------- what is filled in


def test_an_office_that_filled_in_nothing_is_told_so_calmly_in_one_line(workspace):
    checks = mail_checks(workspace)
    assert [(name, one.ok, one.action) for name, one in checks.items()] == [(MAIL, True, "")]
    assert "(.eml)" in checks[MAIL].found
    assert "trang Thư điện tử" in checks[MAIL].found


def test_drafts_need_no_server(workspace):
    enter_addresses(master_path(workspace), {"Sở Y tế": address_of("Sở Y tế")})
    checks = mail_checks(workspace)
    assert {name: one.ok for name, one in checks.items()} == {WAY: True, ADDRESSES: True}
    assert checks[WAY].found == DRAFTS
    assert checks[ADDRESSES].found.startswith("35 cơ quan chưa có ")


@pytest.mark.long
def test_sending_needs_a_server_and_a_sender(office):
    office.set_servers("", HOST)
    assert faults(office.root)[SENDING].startswith("Chưa có máy chủ gửi thư.")
    office.set_servers(HOST, Địa_chỉ_thư="", Tên_đăng_nhập=OFFICE)
    assert faults(office.root)[SENDING].startswith("Chưa có địa chỉ thư.")


def test_a_mailbox_alone_is_looked_at(office):
    office.set_servers("", HOST, Cách_gửi=DRAFTS)
    assert {name: one.ok for name, one in mail_checks(office.root).items()} == {
        WAY: True,
        MAILBOX: True,
        ADDRESSES: True,
    }


def test_a_folder_that_the_mailbox_lacks_is_told(office):
    office.fill_in(Thư_mục_thư="Phiếu đến")
    assert "không có thư mục “Phiếu đến”" in faults(office.root)[MAILBOX]


@pytest.mark.long
def test_a_line_that_cannot_be_read_is_named(office):
    office.fill_in(Số_thư_mỗi_phút="nhiều")
    assert faults(office.root)[MAIL].startswith("Trang Thư điện tử, dòng “Số thư mỗi phút”")
    office.fill_in(Số_thư_mỗi_phút=30, Cổng_gửi="năm")
    assert "dòng “Cổng gửi”" in faults(office.root)[SENDING]


# -------------------------------------------------------------------------- Outlook


def test_outlook_is_started_where_it_is_to_be_used(office):
    office.fill_in(Cách_gửi=OUTLOOK)
    started = []
    checks = mail_checks(office.root, lambda: started.append(1))
    assert (checks[WAY].ok, started) == (True, [1])
    told = mail_checks(office.root, OutlookDrafts)[WAY]  # there is none on this machine
    assert told.ok is False
    assert told.action.startswith("Không mở được Outlook trên máy này")


def test_outlook_is_not_started_where_it_is_not_to_be_used(office):
    started = []
    mail_checks(office.root, lambda: started.append(1))
    assert started == []


def test_the_command_says_where_outlook_can_be_looked_at(office):
    office.fill_in(Cách_gửi=OUTLOOK)
    told = mail_checks(office.root)[WAY]
    assert (told.ok, told.action) == (None, "")
    assert "nút Kiểm tra máy trong Excel trên Windows" in told.found


# ------------------------------------------------------------------ beside the rest


def run_doctor(root: Path) -> subprocess.CompletedProcess:
    command = [sys.executable, "-m", "cchc_xl", "doctor", root]
    return subprocess.run(command, capture_output=True, encoding="utf-8")


def test_the_command_ends_with_what_is_to_be_done_and_prints_no_password(office, mail):
    secret = mail.password(OFFICE)
    well = run_doctor(office.root)
    assert f"[Đạt] {MAILBOX}: {HOST}" in well.stdout
    mail.change_password(OFFICE, "mật khẩu mới")
    wrong = run_doctor(office.root)
    assert wrong.returncode == WorkspaceError.exit_code
    assert f"[CẦN XỬ LÝ] {SENDING}: " in wrong.stdout
    assert secret not in well.stdout + well.stderr + wrong.stdout + wrong.stderr


def test_without_a_workspace_nothing_is_said_of_mail(tmp_path):
    for checks in (examine(), examine(tmp_path), examine(tmp_path / "không có")):
        assert "thư điện tử" not in report(checks).lower()
        assert not [one.name for one in checks if one.name in (WAY, MAIL, SHEETS)]


def test_a_master_that_cannot_be_read_is_told_and_the_rest_stands(workspace):
    master = master_path(workspace)
    workbook = openpyxl.load_workbook(master, keep_vba=True)
    workbook["Cơ quan"].cell(4, 2).value = "Đơn vị"
    workbook.save(master)
    checks = mail_checks(workspace)
    assert [(name, one.ok) for name, one in checks.items()] == [(SHEETS, False)]
    assert "Tên cơ quan" in checks[SHEETS].action
    assert len(examine(workspace)) > 10


@pytest.mark.parametrize("library", ["keyring", "imapclient"])
def test_a_library_that_is_missing_costs_only_what_needs_it(workspace, library):
    code = (
        f"import sys; sys.modules[{library!r}] = None; from pathlib import Path\n"
        "from cchc_xl.cli.doctor import examine, report; print(report(examine(Path(sys.argv[1]))))"
    )
    command = [sys.executable, "-X", "utf8", "-c", code, workspace]
    told = subprocess.run(command, capture_output=True, encoding="utf-8", check=True).stdout
    assert f"[Không rõ] {MAIL}: không kiểm tra được: ModuleNotFoundError: " in told
    assert library in told
    assert "[Đạt] Sổ tổng hợp: " in told


def test_an_older_master_without_the_sheet_is_told_as_one_that_is_not_filled_in(workspace):
    master = master_path(workspace)
    workbook = openpyxl.load_workbook(master, keep_vba=True)
    del workbook["Thư điện tử"]
    workbook.save(master)
    assert list(mail_checks(workspace)) == [MAIL]


def test_what_stands_open_counts_and_not_what_was_saved(office):
    loaded = office.loaded
    office.fill_in(Cách_gửi="hỏng")
    by_name = {one.name: one for one in examine(office.root, lambda: loaded)}
    assert by_name[MAILBOX].ok is True
    assert set(faults(office.root)) == {MAIL}
