"""The folders of one plan and its periods, and writing into them whole or not at all."""

from __future__ import annotations

import contextlib
import datetime
import os
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from .errors import MasterWorkbookError, OutputError, UnreadableFileError, WorkspaceError
from .master import ITEMS, PERIODS, SETTINGS
from .sheets import OpenedWorkbook

# The hour of arrival is shown in Vietnam's time whatever the machine is set to.
VIETNAM = datetime.timezone(datetime.timedelta(hours=7))
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

    @property
    def new_master(self) -> Path:
        """Where a new workspace's master goes: named after the folder."""
        return self.root / f"{self.root.resolve().name}.xlsx"

    def master(self) -> Path:
        """The master workbook: the one workbook in the folder that has its sheets.

        Raises WorkspaceError when the folder is missing, MasterWorkbookError when it holds
        no master or several.
        """
        if not self.root.is_dir():
            raise WorkspaceError(
                f"Không thấy thư mục {self.root}. Kiểm tra đường dẫn, hoặc tạo mới bằng "
                "“cchc-xl init”."
            )
        masters = [path for path in sorted(self.root.glob("*.xls[xm]")) if _is_master(path)]
        if not masters:
            raise MasterWorkbookError(
                f"Thư mục {self.root} không có sổ tổng hợp. Kiểm tra đường dẫn, hoặc tạo mới "
                "bằng “cchc-xl init”."
            )
        if len(masters) > 1:
            names = ", ".join(path.name for path in masters)
            raise MasterWorkbookError(
                f"Thư mục {self.root} có nhiều sổ tổng hợp ({names}). Chỉ giữ lại một sổ."
            )
        return masters[0]

    def returned_files(self, period_id: str) -> Iterator[tuple[str, Path]]:
        """(name within nhan-ve, path) of every file that came, in the order of names."""
        inbox = self.inbox(period_id)
        for path in sorted(inbox.rglob("*")):
            hidden = path.name.startswith(("~$", ".")) or path.name.casefold() in _DEBRIS
            if path.is_file() and not hidden:
                yield path.relative_to(inbox).as_posix(), path


def arrival(path: Path) -> datetime.datetime:
    """When a file came: its time in the folder."""
    return datetime.datetime.fromtimestamp(path.stat().st_mtime, VIETNAM)


def _is_master(path: Path) -> bool:
    if path.name.startswith("~$"):
        return False
    try:
        names = OpenedWorkbook(read_file(path)).names
    except UnreadableFileError:
        return False
    return {SETTINGS, ITEMS, PERIODS} <= set(names)


def read_file(path: Path) -> bytes:
    """A file's bytes. Raises UnreadableFileError with a line a user understands."""
    try:
        return path.read_bytes()
    except FileNotFoundError:
        raise UnreadableFileError(f"Không thấy tệp {path}. Kiểm tra lại đường dẫn.") from None
    except OSError as error:
        raise UnreadableFileError(
            f"Không đọc được tệp {path} ({error.strerror}). Đóng tệp nếu đang mở rồi thử lại."
        ) from error


def write_files(files: Mapping[Path, bytes]) -> None:
    """Write files whole or not at all: all of them are on the disk before the first takes
    its place. Raises OutputError; what stood there before is then still whole."""
    waiting: list[tuple[Path, Path]] = []
    try:
        for target, content in files.items():
            target.parent.mkdir(parents=True, exist_ok=True)
            handle, name = tempfile.mkstemp(dir=target.parent, prefix=".dang-ghi-")
            waiting.append((Path(name), target))
            with os.fdopen(handle, "wb") as stream:
                stream.write(content)
                stream.flush()
                os.fsync(stream.fileno())
        for temporary, target in waiting:
            temporary.chmod(0o644)
            temporary.replace(target)
    except OSError as error:
        path = target if isinstance(error, PermissionError) else target.parent
        raise OutputError(
            f"Không ghi được {path} ({error.strerror}). Đóng tệp nếu đang mở trong Excel, kiểm "
            "tra quyền ghi và dung lượng đĩa rồi chạy lại; kết quả cũ còn nguyên."
        ) from error
    finally:
        for temporary, _ in waiting:
            with contextlib.suppress(FileNotFoundError):
                temporary.unlink()
