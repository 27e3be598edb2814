"""Asking for a password in a window of its own, where it is not shown."""

from __future__ import annotations

from ..errors import MailError
from ..master.mail_settings import Server


def ask_password(server: Server) -> str | None:
    """What the officer types; None when they cancel. Raises MailError when no window can be
    opened."""
    try:
        import tkinter
        from tkinter import simpledialog

        root = tkinter.Tk()
    except Exception as error:  # Python without Tk, or no screen
        raise MailError(
            f"Chưa có mật khẩu của {server.user} ({server.host}), và máy này không mở được cửa sổ "
            "để hỏi. Đặt mật khẩu bằng lệnh “cchc-xl password”."
        ) from error
    prompt = (
        f"Mật khẩu của {server.user}\nMáy chủ {server.host}\n\n"
        "Mật khẩu được cất trong kho mật khẩu của máy,\nkhông ghi vào sổ."
    )
    try:
        root.withdraw()
        root.attributes("-topmost", True)
        return simpledialog.askstring("CCHC-XL", prompt, show="•", parent=root)
    finally:
        root.destroy()
