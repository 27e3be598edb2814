"""The folders of one plan and its periods, and writing into them: whole or not at all, and
one at a time."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock, Timeout

from ..errors import OutputError, WorkspaceError
from ..writing.templates import NAMES
from .disk import cause, finish, read_file, sweep, write_files

_SECONDS_TO_WAIT = 10.0
# What programs leave lying in a folder; never a return.
_DEBRIS = {"thumbs.db", "desktop.ini", ".ds_store"}


@dataclass(frozen=True)
class Workspace:
    """A folder with a master workbook, and a folder for each period."""

    root: Path

    @property
    def decisions(self) -> Path:
        return self.root / "quyet-dinh"

    def forms(self, period_id: str) -> Path:
        return self.root / period_id / "gui-di"

    def inbox(self, period_id: str) -> Path:
        return self.root / period_id / "nhan-ve"

    def results(self, period_id: str) -> Path:
        return self.root / period_id / "tong-hop"

    def feedback(self, period_id: str) -> Path:
        return self.results(period_id) / "phan-hoi"

    def agency_handouts(self, period_id: str) -> Path:
        return self.results(period_id) / "co-quan"

    def collector_handouts(self, period_id: str) -> Path:
        return self.results(period_id) / "nguoi-thu-thap"

    def drafts(self, period_id: str) -> Path:
        """Mails that wait to be opened and sent by hand."""
        return self.root / period_id / "thu-nhap"

    @property
    def journal(self) -> Path:
        """What the software notes for itself: figures, and logs of its own faults."""
        return self.root / "nhat-ky"

    @property
    def _intent(self) -> Path:
        """What a writing of several files was about to put in place."""
        return self.journal / ".dang-thay.json"

    @contextmanager
    def working(self) -> Iterator[None]:
        """Nobody else works in this folder meanwhile; what a killed run left half placed is
        finished first. Raises WorkspaceError when somebody else does, OutputError when the
        folder cannot be written to."""
        lock = FileLock(self.journal / ".dang-chay", timeout=_SECONDS_TO_WAIT)
        try:
            self.journal.mkdir(parents=True, exist_ok=True)
            lock.acquire()
        except Timeout:
            raise WorkspaceError(
                f"Thư mục {self.root} đang được một máy hoặc một cửa sổ khác tổng hợp. Chờ xong "
                "rồi chạy lại; chưa có gì bị thay đổi."
            ) from None
        except OSError as error:
            raise OutputError(
                f"Không ghi được vào {self.journal} ({cause(error)}). Kiểm tra quyền ghi và dung "
                "lượng đĩa rồi chạy lại; kết quả cũ còn nguyên."
            ) from error
        try:
            self._clear_up()
            yield
        finally:
            lock.release()

    def _clear_up(self) -> None:
        """Finish what a killed run had ready, and remove what it left."""
        try:
            finish(self._intent)
            written = ("*/gui-di", "*/nhan-ve", "*/thu-nhap", "*/tong-hop", "*/tong-hop/phan-hoi")
            written += ("*/tong-hop/co-quan", "*/tong-hop/nguoi-thu-thap", "nhat-ky", "nhat-ky/**")
            for folder in {path for places in written for path in self.root.glob(places)}:
                sweep(folder)
        except OSError as error:
            raise OutputError(
                f"Chưa hoàn tất được lần ghi trước, bị ngắt giữa chừng ({cause(error)}: "
                f"{error.filename}). Đóng tệp nếu đang mở trong Excel rồi chạy lại; chưa mất gì."
            ) from error

    def write(self, files: Mapping[Path, bytes]) -> None:
        """Write files whole or not at all, even if this process is killed: the next one puts
        the rest in place. Raises OutputError."""
        write_files(files, self._intent)

    @property
    def templates(self) -> Path:
        """The workspace's own templates, where officers have some."""
        return self.root / "mau"

    def own_templates(self) -> dict[str, bytes]:
        """name -> content of the templates that the workspace has itself."""
        paths = [self.templates / name for name in NAMES]
        return {path.name: read_file(path) for path in paths if path.exists()}

    def monitoring(self, period_id: str) -> Path:
        return self.results(period_id) / f"Phu-luc-2_{period_id}.xlsx"

    def report(self, period_id: str) -> Path:
        return self.results(period_id) / f"Bao-cao_{period_id}.docx"

    def figures(self, period_id: str) -> Path:
        """Where the figures of a period are kept for the functions in cells."""
        return self.journal / f"so-lieu_{period_id}.json"

    def issued(self, period_id: str) -> Path:
        """What stood in the given columns of the forms that were sent."""
        return self.journal / f"da-gui_{period_id}.json"

    def correspondence(self, period_id: str) -> Path:
        """What was mailed in a period."""
        return self.journal / f"thu_{period_id}.jsonl"

    @property
    def mailbox(self) -> Path:
        """Which mails of the mailbox were looked at, and what came of them."""
        return self.journal / "hop-thu.jsonl"

    @property
    def mailbox_note(self) -> Path:
        """The same for people to read."""
        return self.journal / "hop-thu.txt"

    def all_figures(self) -> list[Path]:
        return sorted(self.journal.glob("so-lieu_*.json"))

    @property
    def settings(self) -> Path:
        """What xlwings reads beside the master workbook: which Python to call."""
        return self.root / "xlwings.conf"

    @property
    def new_master(self) -> Path:
        """Where a new workspace's master goes: named after the folder."""
        return self.root / f"{self.root.resolve().name}.xlsm"

    def returned_files(self, period_id: str) -> Iterator[tuple[str, Path]]:
        """(name within nhan-ve, path) of every file that came, in the order of names."""
        inbox = self.inbox(period_id)
        for path in sorted(inbox.rglob("*")):
            hidden = path.name.startswith(("~$", ".")) or path.name.casefold() in _DEBRIS
            if path.is_file() and not hidden:
                # A name that is no Unicode, from an old archive, must not stop the others.
                name = os.fsencode(path.relative_to(inbox).as_posix()).decode("utf-8", "replace")
                # › parts a container from what is in it.
                yield name.replace("›", "_"), path
