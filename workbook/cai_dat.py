"""Install CCHC-XL for one Windows account, or make the folder for doing so without internet.

Cai-dat-CCHC.cmd finds a Python and runs this file with it; nothing but the standard library
is there yet. Running it again repairs and updates, and leaves the officer's workbooks alone.
"""

from __future__ import annotations

import datetime
import io
import os
import shutil
import subprocess
import sys
import tempfile
import urllib.request
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path, PureWindowsPath
from typing import Any

HERE = Path(__file__).resolve().parent
OFFLINE = HERE / "offline"
# The last Python 3.12 with an installer; Cai-dat-CCHC.cmd names the same.
PYTHON = "3.12.10"
PYTHON_URL = f"https://www.python.org/ftp/python/{PYTHON}/python-{PYTHON}-amd64.exe"
_TO_DO = 4  # `cchc-xl doctor` found something to do, and says what
_SOURCES = shutil.ignore_patterns(".*", "build", "*.egg-info", "__pycache__", "tests", "offline")


class Stop(Exception):
    """The installation cannot go on; says why and what to do."""


def usable(exact: bool, version: tuple[int, ...] = sys.version_info[:2]) -> bool:
    """Whether this Python can carry CCHC-XL: wheels exist for 64 bit only, and offline for
    one version only."""
    import importlib.util

    complete = all(map(importlib.util.find_spec, ("venv", "ensurepip")))
    wanted = tuple(map(int, PYTHON.split(".")[:2]))
    return complete and sys.maxsize > 2**32 and (version == wanted if exact else version >= (3, 11))


# ---------------------------------------------------------------------- folders


def _plain(path: str, environ: Mapping[str, str]) -> bool:
    """Whether Excel's macros can surely work below a path: no diacritics, not synchronised."""
    clouds = [environ.get(f"OneDrive{kind}") for kind in ("", "Commercial", "Consumer")]
    return path.isascii() and not any(
        PureWindowsPath(path).is_relative_to(cloud) for cloud in clouds if cloud
    )


def candidates(name: str, usual: str, environ: Mapping[str, str]) -> list[str]:
    """Where a folder may go, best first: the usual place only if its path is plain."""
    drive = environ.get("SystemDrive", "C:")
    places = [usual, f"{drive}\\{name}", f"{environ.get('PUBLIC', drive)}\\{name}"]
    return [place for place in places if _plain(place, environ)]


def first_possible(places: Iterable[str]) -> Path:
    """The first of the folders that exists or can be made."""
    for place in map(Path, places):
        try:
            place.mkdir(parents=True, exist_ok=True)
        except OSError:
            continue
        return place
    raise Stop("Không tạo được thư mục cài đặt. Nhờ cán bộ công nghệ thông tin cấp quyền ghi.")


# ----------------------------------------------------------------------- steps


class Installer:
    """The steps, each of which tells the officer what goes on and writes the rest to a log."""

    def __init__(self, home: Path):
        self.home = home
        self.venv = home / "venv"
        self.python = self.venv / "Scripts" / "python.exe"
        self.log = home / "cai-dat.log"

    def run(
        self, what: str, command: list[object], failure: str = "", also_good: int = 0
    ) -> str | None:
        """Run a program; gives what it printed, or None where it failed. With a line for its
        failure it raises Stop instead. `also_good` is an exit code that is no failure."""
        print(f"{what}…", flush=True)
        done = subprocess.run(
            [str(part) for part in command],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            errors="replace",
        )
        with self.log.open("a", encoding="utf-8") as log:
            now = datetime.datetime.now()
            log.write(f"\n[{now:%d/%m/%Y %H:%M:%S}] {what}\n{command}\n{done.stdout}")
            log.write(f"Mã kết thúc: {done.returncode}\n")
        if done.returncode and failure:
            raise Stop(f"{failure}\nNhật ký để gửi cán bộ công nghệ thông tin: {self.log}")
        return done.stdout if done.returncode in (0, also_good) else None

    @contextmanager
    def new_venv(self) -> Iterator[None]:
        """A Python of our own, made anew; the old one comes back when this fails."""
        old = self.home / "venv-cu"
        shutil.rmtree(old, ignore_errors=True)
        if self.venv.exists():
            try:
                self.venv.rename(old)
            except OSError:
                raise Stop("Bản cũ đang được dùng. Đóng Excel rồi chạy lại.") from None
        try:
            self.run(
                "Đang chuẩn bị môi trường Python",
                [sys.executable, "-m", "venv", self.venv],
                "Không tạo được môi trường Python. Kiểm tra ổ đĩa còn ít nhất 1 GB rồi chạy lại.",
            )
            yield
        except BaseException:
            shutil.rmtree(self.venv, ignore_errors=True)
            if old.exists():
                old.rename(self.venv)
            raise
        shutil.rmtree(old, ignore_errors=True)

    def install_package(self) -> None:
        """The package, from the wheels beside this file or else from its source."""
        pip = [self.python, "-m", "pip", "--disable-pip-version-check", "install"]
        with tempfile.TemporaryDirectory() as scratch:
            if OFFLINE.is_dir():
                source = ["--no-index", "--find-links", OFFLINE, "cchc-xl"]
            else:  # a copy: building leaves files behind, and the source may be read-only
                source = [copy_source(Path(scratch))]
            self.run(
                "Đang cài CCHC-XL và các thư viện, mất vài phút",
                [*pip, *source],
                "Không cài được các thư viện. Kiểm tra kết nối Internet rồi chạy lại; máy không có "
                "Internet thì dùng bộ cài ngoại tuyến (Tao-bo-cai-ngoai-tuyen.cmd).",
            )

    def make_workspace(self, folder: Path) -> Path:
        """A workspace with an empty master, unless there is one; gives the master's path."""
        if not folder.is_dir() or not any(folder.iterdir()):
            self.run(
                f"Đang tạo sổ tổng hợp trong {folder}",
                [self.python, "-m", "cchc_xl", "init", folder],
                f"Không tạo được sổ tổng hợp trong {folder}. Kiểm tra quyền ghi vào thư mục này.",
            )
        code = (
            "import pathlib, sys; from cchc_xl.workspace import python_settings as settings; "
            "pathlib.Path(sys.argv[1], settings.NAME).write_bytes(settings.settings_file())"
        )
        self.run(
            "Đang nối sổ với Python",
            [self.python, "-c", code, folder],
            f"Không ghi được vào {folder}. Đóng Excel, kiểm tra quyền ghi rồi chạy lại.",
        )
        masters = sorted(folder.glob("[!~.]*.xlsm"))
        return masters[0] if masters else folder


def copy_source(scratch: Path) -> Path:
    """A copy of the source folder for building; gives its path."""
    source = HERE.parent
    if not (source / "setup.py").is_file():
        raise Stop(
            f"Không thấy mã nguồn trong {source}. Giải nén lại toàn bộ tệp .zip rồi chạy lại."
        )
    return shutil.copytree(source, scratch / "cchc-xl", ignore=_SOURCES)


def unblock(folder: Path) -> None:
    """Take the mark of the web off every file, which is what Unblock-File does."""
    for path in folder.rglob("*"):
        if path.is_file():
            try:
                os.unlink(f"{path}:Zone.Identifier")  # noqa: PTH108 - a stream, not a file
            except OSError:  # it has none
                continue


def shortcut(target: str) -> None:
    """A shortcut on the desktop, wherever that is kept."""
    import pythoncom
    from win32com.shell import shell, shellcon

    link: Any = pythoncom.CoCreateInstance(
        shell.CLSID_ShellLink, None, pythoncom.CLSCTX_INPROC_SERVER, shell.IID_IShellLink
    )
    link.SetPath(target)
    link.SetWorkingDirectory(str(Path(target).parent))
    link.SetDescription("Sổ tổng hợp cải cách hành chính")
    desktop = shell.SHGetFolderPath(0, shellcon.CSIDL_DESKTOPDIRECTORY, 0, 0)
    file = link.QueryInterface(pythoncom.IID_IPersistFile)
    file.Save(str(Path(desktop) / "CCHC.lnk"), 0)


def install(folder: Path | None, environ: Mapping[str, str] = os.environ) -> None:
    """Install everything; raises Stop."""
    home = first_possible(
        candidates("CCHC-XL", rf"{environ.get('LOCALAPPDATA', 'C:')}\CCHC-XL", environ)
    )
    folder = folder or first_possible(
        candidates("CCHC", rf"{environ.get('USERPROFILE', 'C:')}\Documents\CCHC", environ)
    )
    installer = Installer(home)
    print(f"Thư mục cài đặt: {home}\nThư mục làm việc: {folder}", flush=True)
    unblock(HERE)
    with installer.new_venv():
        installer.install_package()
    master = installer.make_workspace(folder)
    unblock(folder)
    # The new Python has pywin32, which knows where the desktop is.
    command = [installer.python, HERE / "cai_dat.py", "--shortcut", master]
    if installer.run("Đang tạo biểu tượng trên màn hình", command) is None:
        print(f"Không tạo được biểu tượng; mở sổ tại {master}.")
    command = [installer.python, "-m", "cchc_xl", "doctor", folder]
    said = installer.run("Đang kiểm tra máy", command, also_good=_TO_DO)
    print(said or f"Có mục cần xử lý, xem {installer.log}.")
    print(f"ĐÃ CÀI XONG. Sổ tổng hợp: {master}")


def make_offline() -> None:
    """Gather wheels and Python's installer into offline/, for this version of Python."""
    shutil.rmtree(OFFLINE, ignore_errors=True)
    OFFLINE.mkdir()
    print(f"Đang gom bộ cài vào {OFFLINE}", flush=True)
    try:
        with tempfile.TemporaryDirectory() as scratch:
            Installer(HERE).run(
                "Đang tải các thư viện, mất vài phút",
                [
                    sys.executable,
                    "-m",
                    "pip",
                    "wheel",
                    "--wheel-dir",
                    OFFLINE,
                    copy_source(Path(scratch)),
                ],
                "Không tải được các thư viện. Kiểm tra kết nối Internet rồi chạy lại.",
            )
        print("Đang tải bộ cài Python…", flush=True)
        urllib.request.urlretrieve(PYTHON_URL, OFFLINE / PYTHON_URL.rpartition("/")[2])
    except (Stop, OSError) as error:
        shutil.rmtree(OFFLINE)  # half a set would make the next installation fail
        if isinstance(error, Stop):
            raise
        raise Stop(f"Không tải được {PYTHON_URL} ({error}). Chạy lại khi có Internet.") from None
    print(f"ĐÃ XONG. Chép cả thư mục {HERE} vào USB, sang máy kia chạy Cai-dat-CCHC.cmd.")


def main(arguments: list[str]) -> int:
    """The exit code: 0 when all is done."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8")
    try:
        match arguments:
            case ["--usable", *rest]:
                return 0 if usable("--exact" in rest) else 1
            case ["--shortcut", target]:
                shortcut(target)
            case ["--make-offline"]:
                make_offline()
            case [folder]:
                install(Path(folder))
            case _:
                install(None)
        code = 0
    except Stop as stop:
        print(f"\nKHÔNG XONG: {stop}")
        code = 1
    if arguments[:1] != ["--shortcut"]:
        print("\nNhấn một phím bất kỳ để đóng cửa sổ này.")
    return code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
