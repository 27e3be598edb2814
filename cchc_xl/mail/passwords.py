"""Passwords of mail accounts: in the system's own store (Windows Credential Manager, macOS
Keychain, the desktop's keyring), and nowhere else."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import keyring

from ..errors import MailError
from ..master.mail_settings import Server
from .servers import check_server

_STORE = "CCHC-XL"


def password_of(server: Server) -> str | None:
    """The password that was kept for an account; None where there is none. Raises MailError."""
    with _told():
        return keyring.get_password(_service(server), server.user)


def needed_password(server: Server) -> str:
    """The password that was kept. Raises MailError when there is none."""
    check_server(server)
    password = password_of(server)
    if not password:
        raise MailError(
            f"Chưa có mật khẩu của {server.user} ({server.host}). Bấm nút gửi hay lấy thư trong "
            "Excel và nhập khi được hỏi, hoặc đặt bằng lệnh “cchc-xl password”."
        )
    return password


def keep_password(server: Server, password: str) -> None:
    """Keep a password, or forget the one there is when it is "". Raises MailError."""
    with _told():
        if password:
            keyring.set_password(_service(server), server.user, password)
        elif keyring.get_password(_service(server), server.user) is not None:
            keyring.delete_password(_service(server), server.user)


def _service(server: Server) -> str:
    return f"{_STORE} {server.host}"


@contextmanager
def _told() -> Iterator[None]:
    """A store that cannot be reached becomes a MailError."""
    try:
        yield
    except Exception as error:  # beside KeyringError what its D-Bus or Windows raises
        raise MailError(
            "Không mở được kho mật khẩu của máy (Credential Manager của Windows, Keychain, "
            "keyring). Đăng nhập lại vào máy rồi thử lại, hoặc chọn cách gửi bằng thư nháp."
        ) from error
