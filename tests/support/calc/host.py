"""LibreOffice Calc as a stand-in for Excel, driven from a test.

    with Calc(tmp_path / "calc", python_path=[repository]) as calc:
        book = calc.open("master.xlsm")
        book.press("Tổng hợp")
        assert book.tracebacks == []

The workbook is loaded as built. Only its module `xlwings` is replaced in memory, because
Calc cannot compile it and one bad module disables them all.
"""

# `uno` is there in LibreOffice's own Python only.
# pyright: reportMissingImports=false

from __future__ import annotations

import base64
import pickle
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

PROGRAM = Path("/usr/lib/libreoffice/program/soffice.bin")
UNO = Path("/usr/lib/python3/dist-packages")
_PROFILE_MADE = 81  # the exit code of a first start: it wants to be started again
_STARTUP = 180.0

_SETTINGS = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry">
<item oor:path="/org.openoffice.Office.Common/Security/Scripting">
<prop oor:name="MacroSecurityLevel" oor:op="fuse"><value>0</value></prop></item>
</oor:items>"""

_SCRIPT = """import sys
for path in reversed({paths!r}):
    if path not in sys.path:
        sys.path.insert(0, path)
if {tests!r} not in sys.path:
    sys.path.append({tests!r})
from tests.support.calc.inside import call_udf, job, prepare, run_python
prepare({fresh!r}, {packages!r}, {finished!r})
"""

_XLWINGS = """Option VBASupport 1
Option Explicit

Public Function RunPython(PythonCommand As String)
    RunPython = AskPython("run_python", Array(PythonCommand, ThisComponent))
End Function

Public Function Compiled()
    Compiled = True
End Function

Public Function AskPython(task As String, arguments)
    Dim factory, provider, script
    Set factory = CreateUnoService("com.sun.star.script.provider.MasterScriptProviderFactory")
    Set provider = factory.createScriptProvider("")
    Set script = provider.getScript("vnd.sun.star.script:stub.py$" & task & _
        "?language=Python&location=user")
    AskPython = script.invoke(arguments, Array(), Array())
End Function
"""

# In xlwings XLPy is a function that gives an object; a module of that name reads the same.
_XLPY = """Option VBASupport 1
Option Explicit

Public Function CallUDF(source, task, arguments, book, caller)
    Dim answer, rows, last, row, column, index
    For index = 0 To UBound(arguments)
        If IsMissing(arguments(index)) Then arguments(index) = -2147352572 ' as COM says it
    Next index
    answer = AskPython("call_udf", Array(source, task, arguments, ThisComponent))
    If answer(0) = "failed" Then Err.Raise 1000, "xlwings", answer(1)
    rows = answer(1)
    last = UBound(rows(0))
    If UBound(rows) = 0 And last = 0 Then
        CallUDF = rows(0)(0)
        Exit Function
    End If
    Dim cells()
    ReDim cells(UBound(rows), last)
    For row = 0 To UBound(rows)
        For column = 0 To last
            cells(row, column) = rows(row)(column)
        Next column
    Next row
    CallUDF = cells
End Function
"""


def _import_uno(home: Path) -> Any:
    """Debian's uno, without the rest of Debian's packages."""
    links = home / "uno"
    links.mkdir(parents=True, exist_ok=True)
    for name in ("uno.py", "unohelper.py"):
        if not (links / name).exists():
            (links / name).symlink_to(UNO / name)
    if str(links) not in sys.path:
        sys.path.append(str(links))
    import uno

    return uno


class _Watch:
    """A call that takes longer (a message box nobody sees) ends with its soffice.

    Not a generator: UNO's exceptions do not survive being thrown into one.
    """

    def __init__(self, calc: Calc, seconds: float):
        self._calc, self._seconds, self._expired = calc, seconds, False
        self._timer = threading.Timer(seconds, self._end)

    def _end(self) -> None:
        self._expired = True
        self._calc.kill()

    def __enter__(self) -> None:
        self._timer.start()

    def __exit__(self, *_: Any) -> None:
        self._timer.cancel()
        if self._expired:
            raise TimeoutError(f"soffice was killed after {self._seconds:g} seconds")


class Calc:
    """One soffice process with a profile of its own."""

    def __init__(self, home: Path, python_path: Sequence[Path | str] = ()):
        self.home = Path(home)
        self._python_path = [str(path) for path in python_path]
        self._profile = self.home / "profile"
        self._finished = self.home / "finished"
        self._uno = _import_uno(self.home)
        self._process: subprocess.Popen | None = None
        self._write_profile()

    def _write_profile(self) -> None:
        scripts = self._profile / "user" / "Scripts" / "python"
        scripts.mkdir(parents=True, exist_ok=True)
        settings = self._profile / "user" / "registrymodifications.xcu"
        if not settings.exists():
            settings.write_text(_SETTINGS, "utf-8")
        import xlwings

        packages = str(Path(xlwings.__file__).parents[1])
        script = _SCRIPT.format(
            paths=[*self._python_path, packages],
            tests=str(Path(__file__).parents[3]),
            fresh=self._python_path,
            packages=packages,
            finished=str(self._finished),
        )
        (scripts / "stub.py").write_text(script, "utf-8")

    # -- the process ----------------------------------------------------------------------

    def __enter__(self) -> Calc:
        return self.start()

    def __exit__(self, *_: Any) -> None:
        self.stop()

    def start(self) -> Calc:
        self._finished.write_text("0")
        until = time.monotonic() + _STARTUP
        while not self._connect(until):
            pass
        scripts = self._service("com.sun.star.script.provider.MasterScriptProviderFactory")
        script = "vnd.sun.star.script:stub.py$job?language=Python&location=user"
        self._job = scripts.createScriptProvider("").getScript(script).invoke((), (), ())[0]
        return self

    def _connect(self, until: float) -> bool:
        """Start soffice; False if it only made its profile."""
        pipe = f"calc-{uuid.uuid4().hex}"
        command = [str(PROGRAM), "--headless", "--norestore", "--nologo", "--nodefault"]
        command += [f"--accept=pipe,name={pipe};urp;"]
        command += [f"-env:UserInstallation={self._profile.absolute().as_uri()}"]
        log = (self.home / "soffice.log").open("ab")
        with log:
            self._process = subprocess.Popen(command, stdout=log, stderr=log)
        here = self._uno.getComponentContext()
        name = "com.sun.star.bridge.UnoUrlResolver"
        resolver = here.ServiceManager.createInstanceWithContext(name, here)
        while time.monotonic() < until:
            if self._process.poll() == _PROFILE_MADE:
                return False
            if self._process.poll() is not None:
                raise RuntimeError(f"soffice stopped with {self._process.returncode}")
            try:
                url = f"uno:pipe,name={pipe};urp;StarOffice.ComponentContext"
                self._context = resolver.resolve(url)
                return True
            except Exception:  # no listener yet: UNO's exceptions cannot be imported before it
                time.sleep(0.02)
        self.kill()
        raise TimeoutError("soffice did not start")

    def stop(self) -> None:
        """End soffice, gently if it still listens."""
        if self._process is None or self._process.poll() is not None:
            return
        try:
            with self.watched(10):
                self._service("com.sun.star.frame.Desktop").terminate()
            self._process.wait(10)
        except Exception:  # the connection breaks while it ends, or it hangs
            self.kill()

    def kill(self) -> None:
        if self._process:
            self._process.kill()
            self._process.wait()

    def restart(self) -> Calc:
        """After VBA failed: its state is not to be trusted."""
        self.kill()
        return self.start()

    def watched(self, seconds: float) -> _Watch:
        return _Watch(self, seconds)

    def _service(self, name: str) -> Any:
        return self._context.ServiceManager.createInstanceWithContext(name, self._context)

    def properties(self, **values: Any) -> tuple[Any, ...]:
        name = "com.sun.star.beans.PropertyValue"
        make = self._uno.createUnoStruct
        return tuple(make(name, Name=key, Value=value) for key, value in values.items())

    def any(self, kind: str, value: Any) -> Any:
        return self._uno.Any(kind, value)

    def ask(self, question: str, *arguments: Any) -> Any:
        """An answer from `inside`."""
        sent = base64.b64encode(pickle.dumps(arguments)).decode()
        make = self._uno.createUnoStruct
        pairs = (("question", question), ("arguments", sent))
        name = "com.sun.star.beans.NamedValue"
        values = tuple(make(name, Name=key, Value=value) for key, value in pairs)
        worked, answer = pickle.loads(base64.b64decode(self._job.execute(values)))
        if not worked:
            raise RuntimeError(answer)
        return answer

    def runs(self) -> int:
        """How many RunPython have ended; a file, so that asking disturbs nothing."""
        return int(self._finished.read_text() or -1)

    def settle(self) -> None:
        """Let what was set going in soffice's main loop come to its end."""
        self._service("com.sun.star.awt.Toolkit").processEventsToIdle()

    # -- workbooks ------------------------------------------------------------------------

    @property
    def desktop(self) -> Any:
        return self._service("com.sun.star.frame.Desktop")

    def open(self, path: Path | str, calculate: bool = True) -> Any:
        """Open a workbook as Excel would, its functions calculated; forgets what was recorded."""
        from .book import OpenBook

        if self._process and self._process.poll() is not None:
            self.start()  # an earlier test's soffice ended: its failure is its own
        url = Path(path).absolute().as_uri()
        loading = self.properties(Hidden=True, MacroExecutionMode=4)
        doc = self.desktop.loadComponentFromURL(url, "_blank", 0, loading)
        if doc is None:
            raise RuntimeError(f"Calc cannot open {path}")
        self.ask("forget")
        self._replace_xlwings(doc)
        book = OpenBook(self, doc)
        if calculate:
            book.calculate()
        return book

    @staticmethod
    def _replace_xlwings(doc: Any) -> None:
        if not doc.BasicLibraries.hasByName("VBAProject"):
            return
        project = doc.BasicLibraries.getByName("VBAProject")
        if not project.hasByName("xlwings"):
            return
        project.replaceByName("xlwings", _XLWINGS)
        project.insertByName("XLPy", _XLPY)
        script = "vnd.sun.star.script:VBAProject.xlwings.Compiled?language=Basic&location=document"
        if doc.getScriptProvider().getScript(script).invoke((), (), ())[0] is not True:
            names = ", ".join(project.getElementNames())
            doc.close(True)
            raise RuntimeError(f"Calc cannot compile one of these modules: {names}")


def wait_for(condition: Callable[[], Any], seconds: float, what: str) -> None:
    until = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > until:
            raise TimeoutError(f"{what} took more than {seconds:g} seconds")
        time.sleep(0.005)
