"""Files on the disk: read with a line a user understands, written whole or not at all."""

from __future__ import annotations

import datetime
import errno
import json
import os
import shutil
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from ..errors import OutputError, UnreadableFileError
from ..text.dates import VIETNAM


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


def finish(intent: Path) -> None:
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


def sweep(folder: Path) -> None:
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
