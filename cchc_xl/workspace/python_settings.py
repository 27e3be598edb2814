"""How a master workbook finds its Python: the file xlwings.conf beside it, and the version of
the xlwings module inside it.

Excel's VBA opens files by names in the machine's ANSI code page, and reads their content in
it; Vietnamese names mostly lie outside it. So the path of Python is spelled in a way that VBA
can use.
"""

from __future__ import annotations

import csv
import io
import ntpath
import os
import re
import sys
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path

NAME = "xlwings.conf"
INTERPRETER = "INTERPRETER_WIN"
# What VBA's Open, GetAttr and LoadLibraryA understand; elsewhere there is no such limit.
ANSI = "mbcs" if os.name == "nt" else "utf-8"
_VARIABLES = ("LOCALAPPDATA", "USERPROFILE")  # the nearer one first


def ansi_safe(text: str, ansi: str = ANSI) -> bool:
    """Whether VBA can use a path on this machine."""
    try:
        text.encode(ansi)
    except UnicodeEncodeError:
        return False
    return True


def settings_file(python: Path | None = None) -> bytes:
    """The content of xlwings.conf that names a Python: this one unless told."""
    python = python or Path(sys.executable)
    windowless = python.with_name("pythonw.exe")
    rows = {
        INTERPRETER: spelled(str(windowless if windowless.exists() else python)),
        "INTERPRETER_MAC": str(python),
        "UDF MODULES": "cchc_xl.excel.functions",
        "USE UDF SERVER": "False",  # it cuts a run off after about 90 s
        "SHOW CONSOLE": "False",
        "ADD_WORKBOOK_TO_PYTHONPATH": "False",
    }
    if os.name == "nt":
        del rows["INTERPRETER_MAC"]
        # VBA's Environ gives a temp folder with "?" for what is outside the code page; this
        # one is expanded by Windows itself.
        temp = os.environ.get("TEMP", "")
        rows["TEMP DIR"] = "%TEMP%" if ansi_safe(temp) else "%PUBLIC%"
    text = "".join(f'"{name}","{value}"\r\n' for name, value in rows.items())
    # What cannot be spelled becomes "?": the settings are found wanting by `cchc-xl doctor`.
    return text.encode(ANSI, "replace")


def interpreter(content: bytes) -> str:
    """The Python that the content of an xlwings.conf names, as VBA reads it; "" for none."""
    lines = csv.reader(io.StringIO(content.decode(ANSI, "replace"), newline=""))
    named = {line[0].upper(): line[1] for line in lines if len(line) >= 2}
    return ntpath.expandvars(named.get(INTERPRETER, ""))


def _short_name(path: str) -> str:
    """Windows' second name of a path, as C:\\Users\\NGUYNV~1; the same where there is none."""
    import ctypes

    if sys.platform != "win32":
        return path
    buffer = ctypes.create_unicode_buffer(1024)
    ctypes.windll.kernel32.GetShortPathNameW(path, buffer, len(buffer))
    return buffer.value or path


def spelled(
    path: str,
    environ: Mapping[str, str] = os.environ,
    ansi: str = ANSI,
    short_name: Callable[[str], str] = _short_name,
) -> str:
    """A path as xlwings.conf should hold it: pure ASCII wherever that is possible."""
    if path.isascii():
        return path
    if not ansi_safe(path, ansi) and (short := short_name(path)).isascii():
        return short
    for name in _VARIABLES:
        folder = environ.get(name, "")
        if folder and path.lower().startswith(f"{folder.lower()}\\"):
            return f"%{name}%{path[len(folder) :]}"
    return path


# ------------------------------------------------- the xlwings module in a workbook


def module_version(workbook: bytes) -> str | None:
    """The version of the VBA module xlwings in a workbook; None when there is no such module."""
    import olefile

    with zipfile.ZipFile(io.BytesIO(workbook)) as package:
        if "xl/vbaProject.bin" not in package.namelist():
            return None
        project = package.read("xl/vbaProject.bin")
    with olefile.OleFileIO(io.BytesIO(project)) as container:
        if not container.exists("VBA/xlwings"):
            return None
        stream = container.openstream("VBA/xlwings").read()
    # The source follows a cache of VBA's. It starts with "Attribute", of which the first
    # eight letters are never shortened; before them stand three bytes and a byte of flags.
    start = stream.find(b"\x00Attribut") - 3
    source = decompress(stream[start:]) if start >= 0 else b""
    found = re.search(rb'XLWINGS_VERSION As String = "([^"]+)"', source)
    return found[1].decode("ascii") if found else None


def decompress(data: bytes) -> bytes:
    """Unpack a compressed container of [MS-OVBA] 2.4.1."""
    out = bytearray()
    at = 1  # past the signature
    while at + 2 <= len(data):
        header = int.from_bytes(data[at : at + 2], "little")
        end = min(at + (header & 0xFFF) + 3, len(data))
        at += 2
        if not header & 0x8000:  # a chunk that is stored as it is
            out += data[at:end]
            at = end
        start = len(out)
        while at < end:
            flags = data[at]
            at += 1
            for bit in range(8):
                if at >= end:
                    break
                if not flags >> bit & 1:
                    out.append(data[at])
                    at += 1
                    continue
                # A copy of earlier bytes. The further into the chunk, the more of the 16
                # bits tell how far back it lies, and the fewer how long it is.
                token = int.from_bytes(data[at : at + 2], "little")
                at += 2
                far = max((len(out) - start - 1).bit_length(), 4)
                back = (token >> 16 - far) + 1
                for _ in range((token & 0xFFFF >> far) + 3):
                    out.append(out[-back])
    return bytes(out)
