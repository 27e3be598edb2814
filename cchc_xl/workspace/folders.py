"""The folders of one plan and its periods, and writing into them: whole or not at all, and
one at a time."""

from __future__ import annotations

import datetime
import errno
import json
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock, Timeout

from ..errors import OutputError, UnreadableFileError, WorkspaceError
from ..writing.templates import NAMES

# The hour of arrival is shown in Vietnam's time whatever the machine is set to.
VIETNAM = datetime.timezone(datetime.timedelta(hours=7))
_SECONDS_TO_WAIT = 10.0
# What programs leave lying in a folder; never a return.
_DEBRIS = {"thumbs.db", "desktop.ini", ".ds_store"}


def now() -> datetime.datetime:
    """The time in the office, to the second."""
    return datetime.datetime.now(VIETNAM).replace(microsecond=0)


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
            _finish(self._intent)
            written = (
                "*/gui-di",
                "*/nhan-ve",
                "*/thu-nhap",
                "*/tong-hop",
                "*/tong-hop/phan-hoi",
                "*/tong-hop/co-quan",
                "*/tong-hop/nguoi-thu-thap",
                "nhat-ky",
                "nhat-ky/**",
            )
            for folder in {path for places in written for path in self.root.glob(places)}:
                _sweep(folder)
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


def arrival(path: Path) -> datetime.datetime:
    """When a file came: its time in the folder."""
    return datetime.datetime.fromtimestamp(path.stat().st_mtime, VIETNAM)


def set_arrival(path: Path, moment: float) -> None:
    """Give a file the time at which it came (seconds since 1970). One of another owner, on a
    shared folder, keeps the time it has."""
    with suppress(PermissionError):
        os.utime(path, (moment, moment))


_CAUSES = {
    errno.ENOSPC: "đĩa đầy",
    errno.EACCES: "không có quyền, hoặc tệp đang mở trong chương trình khác",
    errno.EPERM: "không có quyền",
    errno.EROFS: "thư mục chỉ cho đọc",
    errno.ENAMETOOLONG: "tên quá dài",
    errno.ENOTDIR: "đường dẫn đi qua một tệp, không phải thư mục",
    errno.EEXIST: "đã có một tệp trùng tên thư mục",
    errno.EISDIR: "đây là thư mục, không phải tệp",
    errno.ENOENT: "không thấy đường dẫn",
}


def cause(error: OSError) -> str:
    """Why the system refused, in an officer's words."""
    return _CAUSES.get(error.errno or 0, f"lỗi hệ thống {error.errno}")


def read_file(path: Path) -> bytes:
    """A file's bytes. Raises UnreadableFileError with a line a user understands."""
    try:
        return path.read_bytes()
    except FileNotFoundError:
        raise UnreadableFileError(f"Không thấy tệp {path}. Kiểm tra lại đường dẫn.") from None
    except OSError as error:
        raise UnreadableFileError(
            f"Không đọc được tệp {path} ({cause(error)}). Đóng tệp nếu đang mở rồi thử lại."
        ) from error


def write_files(files: Mapping[Path, bytes], intent: Path | None = None) -> None:
    """Write files whole or not at all: all of them are on the disk before the first takes
    its place, and when one cannot take its place those before it are put back. `intent` notes
    meanwhile what goes where, for the case that this process is killed.

    Raises OutputError; every file that stood there is then as it was.
    """
    waiting: dict[Path, Path] = {}  # target -> the new file beside it
    kept: dict[Path, Path | None] = {}  # target -> the old file, kept beside it until the end
    target = Path()
    try:
        for target, content in files.items():
            target.parent.mkdir(parents=True, exist_ok=True)
            waiting[target] = _temporary(target.parent, content)
        if intent:
            _note(intent, waiting)
        for target, temporary in waiting.items():
            kept[target] = _second_name(target)
            temporary.replace(target)
    except OSError as error:
        stuck = [placed.name for placed in kept if not _put_back(placed, waiting, kept)]
        after = (
            f"chưa khôi phục được {', '.join(stuck)}, bản cũ nằm bên cạnh với tên ban-cu-…"
            if stuck
            else "kết quả cũ còn nguyên"
        )
        raise OutputError(
            f"Không ghi được {target} ({cause(error)}). Đóng tệp nếu đang mở trong Excel, kiểm "
            f"tra quyền ghi và dung lượng đĩa rồi chạy lại; {after}."
        ) from error
    finally:
        for left in (*filter(None, [intent]), *waiting.values(), *filter(None, kept.values())):
            left.unlink(missing_ok=True)


def _note(intent: Path, waiting: Mapping[Path, Path]) -> None:
    """Write down where the new files are to go, relative to the note."""
    moves = {
        os.path.relpath(target, intent.parent): temporary.name
        for target, temporary in waiting.items()
    }
    intent.parent.mkdir(parents=True, exist_ok=True)
    _temporary(intent.parent, json.dumps(moves).encode()).replace(intent)


def _finish(intent: Path) -> None:
    """Put in place what a killed process had ready."""
    if not intent.exists():
        return
    try:
        moves = dict(json.loads(intent.read_bytes()))
    except (ValueError, TypeError):  # cut off: nothing had been placed by then
        moves = {}
    for target, name in moves.items():
        place = intent.parent / target
        temporary = place.with_name(name)
        if temporary.exists():
            temporary.replace(place)
    intent.unlink()


def _sweep(folder: Path) -> None:
    """Remove what killed processes left; nobody else is writing now."""
    for pattern in (".dang-ghi-*", ".ban-cu-*"):
        for left in folder.glob(pattern):
            left.unlink(missing_ok=True)


def _put_back(target: Path, waiting: Mapping[Path, Path], kept: dict[Path, Path | None]) -> bool:
    """Undo the placing of one file; False, with its old content kept, where that fails."""
    if waiting[target].exists():  # it was never placed
        return True
    try:
        if old := kept[target]:
            old.replace(target)
        else:
            target.unlink(missing_ok=True)
    except OSError:
        if old := kept[target]:  # under a name that nobody clears away
            with suppress(OSError):
                old.replace(target.with_name(f"ban-cu-{target.name}"))
        kept[target] = None
        return False
    return True


def _temporary(folder: Path, content: bytes) -> Path:
    handle, name = tempfile.mkstemp(dir=folder, prefix=".dang-ghi-")
    path = Path(name)
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        path.chmod(0o644)
    except OSError:
        path.unlink(missing_ok=True)
        raise
    return path


def _second_name(target: Path) -> Path | None:
    """A second name for a file that is about to be replaced; None where there is none."""
    if not target.exists():
        return None
    name = target.with_name(f".ban-cu-{target.name}")
    name.unlink(missing_ok=True)
    try:
        name.hardlink_to(target)
    except OSError:  # a file system without links
        shutil.copy2(target, name)
    return name
