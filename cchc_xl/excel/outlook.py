"""Drafts in Outlook, through COM, for the officer to look at and send."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path

from ..errors import MailError
from ..mail.letter import Letter
from ..mail.log import DRAFT

_MAIL_ITEM = 0
_BY_VALUE = 1


class OutlookDrafts:
    """The Outlook of whoever is logged in on this computer."""

    becomes = DRAFT

    def __init__(self) -> None:
        """Raises MailError when there is no Outlook that programs can reach."""
        try:
            import win32com.client

            self.outlook = win32com.client.Dispatch("Outlook.Application")
        except Exception as error:  # pywintypes.com_error; no such module elsewhere
            raise MailError(
                "Không mở được Outlook trên máy này (cần Outlook bản cài trên máy, không phải bản "
                "mới trên nền web). Chọn “Tệp thư nháp (.eml)” ở trang Thư điện tử."
            ) from error

    def hand_over(self, letter: Letter, identity: str, begin: Callable[[], None]) -> dict[str, str]:
        # A draft does not leave by itself: nothing to note before it is there.
        try:
            item = self.outlook.CreateItem(_MAIL_ITEM)
            item.To = "; ".join(letter.to)
            item.CC = "; ".join(letter.copy_to)
            item.Subject = letter.words.subject
            item.HTMLBody = letter.words.html
            with tempfile.TemporaryDirectory(prefix="cchc-") as folder:
                for one in letter.attachments:
                    path = Path(folder) / one.name
                    path.write_bytes(one.content)
                    item.Attachments.Add(str(path), _BY_VALUE)
                item.Save()
        except OSError:
            raise
        except Exception as error:  # pywintypes.com_error
            raise MailError(
                "Outlook không lập được bản nháp. Đóng các cửa sổ đang hỏi của Outlook rồi bấm lại."
            ) from error
        return {}

    def close(self) -> None:
        """Outlook stays open: the drafts are in it."""
