"""Whether CCHC-XL can work on this machine, and what to do where it cannot.

Each check is a function that gives a verdict on what it read, so that what exists only on
Windows can be judged anywhere. A check never raises: one that fails says so.
"""

from __future__ import annotations

import importlib.metadata
import locale
import os
import platform
import shutil
import struct
import sys
import tempfile
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path, PureWindowsPath

from .. import HOME, __version__
from ..errors import CchcError
from ..master.opening import Loaded, load, master_path
from ..workspace.disk import cause
from ..workspace.python_settings import ANSI, NAME, ansi_safe, interpreter, module_version

WINDOWS = os.name == "nt"
_LEAST_PYTHON = (3, 11)
_LEAST_SPACE = 500 * 1024**2
_REINSTALL = "Chạy lại tệp Cai-dat-CCHC.cmd."
_MOVE = r"Chuyển cả thư mục đến nơi có đường dẫn không dấu trên ổ đĩa của máy, ví dụ C:\CCHC."
_UNSAFE = "{} có chữ mà macro của Excel trên máy này không đọc được"
_ONLY_WINDOWS = "chỉ xem được trên Windows"

# (ok, what was found, the next step)
Verdict = tuple[bool | None, str, str]


@dataclass(frozen=True)
class Check:
    """One thing looked at. `ok` is None where this machine cannot tell; `action` is the next
    step, empty where there is nothing to do."""

    name: str
    ok: bool | None
    found: str
    action: str = ""


def examine(
    root: Path | None = None,
    open_master: Callable[[], Loaded] | None = None,
    outlook: Callable[[], object] | None = None,
) -> list[Check]:
    """Look at this machine, and at a workspace and its master workbook when one is given: as
    `open_master` reads it, else as it was saved. `outlook` starts Outlook, where that can be
    tried."""
    version, python = _xlwings_version(), Path(sys.executable)
    checks = [
        _run("Python", _python),
        _run("Bộ CCHC-XL", _package),
        _run("Thư viện xlwings", lambda: judge_xlwings(version)),
        _run("Tệp DLL của xlwings", lambda: judge_dll(python, version)),
        _run("Thư mục tạm", lambda: judge_folder(Path(tempfile.gettempdir()))),
        _run("Macro trong Excel", lambda: judge_macros(*_excel_security())),
        _run("LibreOffice", _libreoffice),
    ]
    if root is None:
        return checks
    root = root.resolve()
    folder = _run("Thư mục làm việc", lambda: judge_folder(root))
    if not root.is_dir():
        return [*checks, folder]
    checks += [
        folder,
        _run("Dung lượng đĩa", lambda: judge_space(shutil.disk_usage(root).free)),
        _run("Nơi đặt thư mục", lambda: judge_place(str(root), os.environ, _on_network(root))),
        _run(f"Tệp {NAME}", lambda: judge_settings(root / NAME, python)),
    ]
    try:
        master = master_path(root)
    except CchcError as error:
        return [*checks, _failed("Sổ tổng hợp", error)]
    return [
        *checks,
        Check("Sổ tổng hợp", True, str(master)),
        _run("Mô-đun xlwings trong sổ", lambda: judge_module(master, version)),
        _run("Dấu “tải từ Internet” của sổ", lambda: _mark(master)),
        *_mail(open_master or (lambda: load(root)), outlook),
    ]


def _run(name: str, check: Callable[[], Verdict]) -> Check:
    try:
        return Check(name, *check())
    except Exception as error:
        return _failed(name, error)


def _failed(name: str, error: Exception) -> Check:
    if isinstance(error, CchcError):  # its words say what to do
        return Check(name, False, "không dùng được", str(error))
    found = f"không kiểm tra được: {type(error).__name__}: {error}"
    return Check(name, None, found, "Gửi nguyên văn dòng này cho cán bộ công nghệ thông tin.")


def _mail(open_master: Callable[[], Loaded], outlook: Callable[[], object] | None) -> list[Check]:
    """What the master says of mail, tried; one line when that cannot even be read."""
    name = "Nội dung sổ tổng hợp"
    try:
        loaded = open_master()
        name = "Thư điện tử"
        from ..mail.mail_check import mail_checks  # here: a library of mail may be missing

        checks = mail_checks(loaded, outlook)
    except Exception as error:
        return [_failed(name, error)]
    return [_run(*one) for one in checks]


_MARKS = {True: "Đạt", False: "CẦN XỬ LÝ", None: "Không rõ"}


def report(checks: Iterable[Check]) -> str:
    """Everything as plain text, to send to the IT officer."""
    checks = list(checks)
    lines = [
        f"KIỂM TRA MÁY - CCHC-XL {__version__}",
        f"Hệ điều hành: {platform.platform()}, bảng mã {locale.getencoding()}",
    ]
    for check in checks:
        lines.append(f"[{_MARKS[check.ok]}] {check.name}: {check.found}")
        if check.action:
            lines.append(f"    Việc cần làm: {check.action}")
    wrong = sum(check.ok is False for check in checks)
    lines.append(f"Kết luận: {wrong} mục cần xử lý." if wrong else "Kết luận: máy dùng được.")
    return "\n".join(lines)


# -------------------------------------------------------------------- programs


def _python() -> Verdict:
    version = platform.python_version()
    found = f"{version}, {struct.calcsize('P') * 8} bit, {sys.executable}"
    if sys.version_info < _LEAST_PYTHON:
        return False, found, _REINSTALL
    return True, found, ""


def _package() -> Verdict:
    installed = importlib.metadata.version("cchc-xl")
    found = f"{installed}, {HOME}"
    if installed != __version__:
        return False, f"{found}; mã chương trình là bản {__version__}", _REINSTALL
    return True, found, ""


def _xlwings_version() -> str:
    """The version of the installed xlwings; "" when it is not. It is never imported here."""
    try:
        return importlib.metadata.version("xlwings")
    except importlib.metadata.PackageNotFoundError:
        return ""


def judge_xlwings(version: str) -> Verdict:
    return (True, version, "") if version else (False, "chưa cài", _REINSTALL)


def judge_dll(python: Path, version: str, windows: bool = WINDOWS) -> Verdict:
    """The DLL must lie where VBA looks: beside python.exe or one folder above. Excel takes
    that of its own 32 or 64 bit, whatever Python has."""
    if not windows:
        return None, _ONLY_WINDOWS, ""
    folders = (python.parent, python.parent.parent)
    names = [f"xlwings{bits}-{version}.dll" for bits in (64, 32)]
    missing = [name for name in names if not any((at / name).is_file() for at in folders)]
    if missing:
        action = (
            f"{_REINSTALL} Nếu tệp lại mất, nhờ cán bộ công nghệ thông tin cho phép thư mục "
            f"{folders[1]} trong phần mềm diệt virus."
        )
        return False, f"thiếu {', '.join(missing)} trong {folders[1]}", action
    return True, f"{', '.join(names)} trong {folders[1]}", ""


def _libreoffice() -> Verdict:
    usual = (
        Path(os.environ.get(name, "/nowhere"), "LibreOffice", "program", "soffice.exe")
        for name in ("PROGRAMFILES", "PROGRAMFILES(X86)", "PROGRAMW6432")
    )
    path = shutil.which("soffice") or next((p for p in usual if p.is_file()), None)
    return True, str(path or "không có; chỉ cần khi xuất PDF ngoài Excel"), ""


def _excel_security() -> tuple[str, dict[str, int]]:
    """(version of the newest Excel that this account has used, its settings about macros)."""
    if sys.platform != "win32":
        return "", {}
    import winreg

    values: dict[str, int] = {}
    for version in ("16.0", "15.0", "14.0"):
        path = rf"Microsoft\Office\{version}\Excel"
        for owner in (r"Software\Policies", "Software"):
            for name in ("VBAWarnings", "blockcontentexecutionfrominternet"):
                try:
                    with winreg.OpenKey(winreg.HKEY_CURRENT_USER, rf"{owner}\{path}\Security") as k:
                        values[rf"{owner}\{name}"] = int(winreg.QueryValueEx(k, name)[0])
                except FileNotFoundError:
                    continue
        try:
            winreg.OpenKey(winreg.HKEY_CURRENT_USER, rf"Software\{path}").Close()
        except FileNotFoundError:
            if not values:
                continue
        return version, values
    return "", {}


def judge_macros(version: str, values: Mapping[str, int]) -> Verdict:
    """What Excel's settings say of macros that are not signed; a policy goes before the
    officer's own choice."""
    if not version:
        return None, "chưa thấy Excel trên tài khoản này" if WINDOWS else _ONLY_WINDOWS, ""
    policy = values.get(r"Software\Policies\VBAWarnings")
    level = policy or values.get(r"Software\VBAWarnings", 2)
    found = f"Excel {version}, mức {level}{' do chính sách của cơ quan' if policy else ''}"
    if values.get(r"Software\Policies\blockcontentexecutionfrominternet"):
        found += ", chặn macro của tệp tải từ Internet"
    if level in (1, 2):
        return True, found, ""
    if policy:
        action = (
            "Nhờ cán bộ công nghệ thông tin đặt chính sách VBAWarnings bằng 2, hoặc thêm thư mục "
            "làm việc vào Trusted Locations."
        )
    else:
        action = (
            "Trong Excel vào File > Options > Trust Center > Trust Center Settings > Macro "
            "Settings, chọn “Disable VBA macros with notification”."
        )
    return False, found, action


# ------------------------------------------------------------------- workspace


def judge_folder(folder: Path) -> Verdict:
    """Whether files can be written into a folder; one is, and taken away again."""
    try:
        with tempfile.NamedTemporaryFile(dir=folder, prefix=".kiem-tra-") as file:
            file.write(b"CCHC")
            file.flush()
    except OSError as error:
        action = "Nhờ cán bộ công nghệ thông tin cấp quyền ghi, hoặc chọn thư mục khác."
        return False, f"không ghi được vào {folder} ({cause(error)})", action
    return True, f"ghi được, {folder}", ""


def judge_space(free: int) -> Verdict:
    found = f"còn {free // 1024**2} MB"
    enough = free >= _LEAST_SPACE
    return enough, found, "" if enough else "Dọn bớt tệp trên ổ đĩa để còn ít nhất 500 MB."


def _on_network(folder: Path) -> bool:
    if sys.platform != "win32":
        return False
    import ctypes

    remote = 4  # DRIVE_REMOTE
    return ctypes.windll.kernel32.GetDriveTypeW(folder.anchor) == remote


def judge_place(
    folder: str, environ: Mapping[str, str], on_network: bool, ansi: str = ANSI
) -> Verdict:
    """VBA must be able to open what lies in the folder. Synchronised folders give Excel a web
    address for a path, and shared drives are slow and lock files."""
    path = PureWindowsPath(folder)
    synchronised = [
        environ[name]
        for name in ("OneDrive", "OneDriveCommercial", "OneDriveConsumer")
        if environ.get(name) and path.is_relative_to(environ[name])
    ]
    if synchronised or "://" in folder:
        return False, f"{folder} nằm trong OneDrive hoặc SharePoint", _MOVE
    if on_network or path.drive.startswith("\\\\"):
        return False, f"{folder} nằm trên ổ đĩa mạng", _MOVE
    if not ansi_safe(folder, ansi):
        return False, _UNSAFE.format(folder), _MOVE
    return True, "trên ổ đĩa của máy", ""


def judge_module(master: Path, installed: str) -> Verdict:
    """The VBA module in the master and the installed library must be of one version."""
    if master.suffix.lower() != ".xlsm":
        return None, f"{master.name} không có macro, chỉ dùng được bằng dòng lệnh", ""
    version = module_version(master.read_bytes())
    if version is None:
        action = "Lấy lại sổ từ bản sao lưu, hoặc tạo lại bằng “cchc-xl init”."
        return False, f"{master.name} không có mô-đun xlwings", action
    if version != installed:
        found = f"trong sổ là {version}, trên máy là {installed or 'chưa cài'}"
        action = f"{_REINSTALL} Dùng bộ cài đi cùng sổ này."
        return False, found, action
    return True, version, ""


def _mark(master: Path) -> Verdict:
    if not WINDOWS:
        return None, _ONLY_WINDOWS, ""
    try:
        stream = Path(f"{master}:Zone.Identifier").read_text("utf-8", "replace")
    except OSError:  # no such stream, or a disk that has none
        stream = ""
    return judge_mark(stream)


def judge_mark(stream: str) -> Verdict:
    """What Windows notes on a file that came from elsewhere: its ZoneId, 3 and above for the
    internet; Excel then refuses its macros."""
    zones = [line.partition("=")[2] for line in stream.splitlines() if line.startswith("ZoneId=")]
    if zones and zones[0].strip().isdecimal() and int(zones[0]) >= 3:
        action = (
            "Đóng sổ, nhấn chuột phải vào tệp, chọn Properties, đánh dấu Unblock ở cuối trang "
            "General rồi nhấn OK."
        )
        return False, f"có (ZoneId={zones[0].strip()}), Excel chặn macro", action
    return True, "không có", ""


def judge_settings(path: Path, python: Path, ansi: str = ANSI) -> Verdict:
    """The settings must name this Python in a way that VBA can use."""
    if not path.is_file():
        return False, f"không có {path}", _REINSTALL
    named = interpreter(path.read_bytes())
    if not named:
        return False, "không ghi Python nào", _REINSTALL
    if not Path(named).is_file():
        return False, f"ghi {named}, nhưng không có tệp này", _REINSTALL
    if not Path(named).parent.samefile(python.parent):
        return False, f"ghi {named}, không phải Python đang chạy ({python})", _REINSTALL
    if not ansi_safe(named, ansi):
        return False, _UNSAFE.format(named), _REINSTALL
    return True, f"dùng {named}", ""
