"""Passwords of mail accounts: in the system's own store (Windows Credential Manager, macOS
Keychain, the desktop's keyring), and nowhere else."""

from __future__ import annotations

import keyring
from keyring.errors import KeyringError

from .errors import MailError
from .mail_servers import check_server
from .mail_settings import Server

_STORE = "CCHC-XL"


def password_of(server: Server) -> str | None:
    """The password that was kept for an account; None where there is none. Raises MailError."""
    try:
        return keyring.get_password(_service(server), server.user)
    except KeyringError as error:
        raise _no_store() from error


def needed_password(server: Server) -> str:
    """The password that was kept. Raises MailError when there is none."""
    check_server(server)
    password = password_of(server)
    if not password:
        raise MailError(
            f"Chưa có mật khẩu của {server.user} ({server.host}). Bấm nút này trong Excel và nhập "
            "khi được hỏi, hoặc đặt bằng lệnh “cchc-xl password”."
        )
    return password


def keep_password(server: Server, password: str) -> None:
    """Keep a password, or forget the one there is when it is "". Raises MailError."""
    try:
        if password:
            keyring.set_password(_service(server), server.user, password)
        elif keyring.get_password(_service(server), server.user) is not None:
            keyring.delete_password(_service(server), server.user)
    except KeyringError as error:
        raise _no_store() from error


def _service(server: Server) -> str:
    return f"{_STORE} {server.host}"


def _no_store() -> MailError:
    return MailError(
        "Không mở được kho mật khẩu của máy (Credential Manager của Windows, Keychain, keyring). "
        "Đăng nhập lại vào máy rồi thử lại, hoặc chọn cách gửi bằng thư nháp."
    )
