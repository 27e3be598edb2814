"""Reading returned files in processes of their own, with a limit on time and memory.

A file may be broken or made to do harm: at worst it costs its own process, which is started
again for the next one. Only values come back. Not with pebble or concurrent.futures: Python's
multiprocessing runs the caller's script once more in each process, so an analyst's that
reads returns without a guard would fail.
"""

from __future__ import annotations

import os
import pickle
import queue
import struct
import subprocess
import sys
import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from contextvars import copy_context
from typing import IO, Any, TypeVar

from .. import HOME
from ..errors import UnreadableFileError

SECONDS_FOR_A_FILE = 4.0
_BYTES_OF_MEMORY = 1_500 * 2**20
_SECONDS_TO_START = 60.0  # a slow disk and a virus scanner
_LENGTH = struct.Struct("<Q")
_READY = "ready"

Asked = TypeVar("Asked")
Answer = TypeVar("Answer")


class _Gone(Exception):
    """The process ended."""


class Reader:
    """A process that reads files; started when first needed, and again when one was lost."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._answers: queue.SimpleQueue[Any] = queue.SimpleQueue()

    def call(self, function: Callable[..., Answer], *arguments: object) -> Answer:
        """The answer of a function of ours, given there. Raises UnreadableFileError as the
        function does, or when it took too long, needed too much memory or ended its process."""
        process = self._process or self._started()
        try:
            assert process.stdin  # a pipe
            _write(process.stdin, (function, arguments))
            answer = self._answers.get(timeout=SECONDS_FOR_A_FILE)
        except queue.Empty:
            self.close()
            raise UnreadableFileError("đọc quá lâu, có thể là tệp độc hại") from None
        except OSError:
            answer = _Gone()
        if isinstance(answer, _Gone | MemoryError):
            self.close()
            raise UnreadableFileError("tệp quá lớn hoặc bị hỏng nặng")
        if isinstance(answer, Exception):
            raise answer
        return answer

    def close(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            for pipe in filter(None, (self._process.stdin, self._process.stdout)):
                with suppress(OSError):  # it had not taken all that was sent
                    pipe.close()
            self._process = None

    def _started(self) -> subprocess.Popen[bytes]:
        # The same modules as here, wherever this Python has them from.
        home = str(HOME.parent)
        paths = os.pathsep.join([home, *filter(None, sys.path)])
        process = self._process = subprocess.Popen(
            [sys.executable, "-m", "cchc_xl.files.isolation"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={**os.environ, "PYTHONPATH": paths, "PYTHONUTF8": "1"},
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        )
        answers = self._answers = queue.SimpleQueue()
        threading.Thread(target=_listen, args=(process.stdout, answers), daemon=True).start()
        try:
            ready = answers.get(timeout=_SECONDS_TO_START)
        except queue.Empty:
            ready = None
        if ready != _READY:
            self.close()
            raise OSError("the reading process did not start")
        return process


def read_all(
    asked: Iterable[Asked], read: Callable[[Reader, Asked], Answer], workers: int | None = None
) -> Iterator[Answer]:
    """Each answer of `read` in order; several files are read at a time, each thread with a
    reader of its own."""
    own = threading.local()
    readers: list[Reader] = []
    context = copy_context()  # threads have none of their own: which templates hold, say

    def one(what: Asked) -> Answer:
        if not hasattr(own, "reader"):
            own.reader = Reader()
            readers.append(own.reader)
        return read(own.reader, what)

    workers = workers or min(4, os.cpu_count() or 1)
    with ThreadPoolExecutor(workers) as pool:
        try:
            yield from pool.map(lambda what: context.copy().run(one, what), asked)
        finally:
            pool.shutdown(wait=True, cancel_futures=True)
            for reader in readers:
                reader.close()


def _listen(pipe: IO[bytes], answers: queue.SimpleQueue[Any]) -> None:
    try:
        while True:
            answers.put(_read(pipe))
    except Exception:  # closed, or cut off in the middle of an answer
        answers.put(_Gone())


def _write(pipe: IO[bytes], what: object) -> None:
    body = pickle.dumps(what, pickle.HIGHEST_PROTOCOL)
    pipe.write(_LENGTH.pack(len(body)) + body)
    pipe.flush()


def _read(pipe: IO[bytes]) -> Any:
    head = pipe.read(_LENGTH.size)
    if len(head) < _LENGTH.size:
        raise EOFError
    (length,) = _LENGTH.unpack(head)
    body = pipe.read(length)
    if len(body) < length:
        raise EOFError
    return pickle.loads(body)


# -------------------------------------------------------------- the process itself


def _limit_memory() -> None:
    """What goes beyond the limit fails here, and not in the officer's Excel."""
    if sys.platform == "win32":
        import win32api  # pywin32, which xlwings brings
        import win32job

        job = win32job.CreateJobObject(None, "")
        limits = win32job.QueryInformationJobObject(job, win32job.JobObjectExtendedLimitInformation)
        limits["BasicLimitInformation"]["LimitFlags"] |= win32job.JOB_OBJECT_LIMIT_PROCESS_MEMORY
        limits["ProcessMemoryLimit"] = _BYTES_OF_MEMORY
        win32job.SetInformationJobObject(job, win32job.JobObjectExtendedLimitInformation, limits)
        win32job.AssignProcessToJobObject(job, win32api.GetCurrentProcess())
        job.Detach()  # it lives as long as this process
    else:
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (_BYTES_OF_MEMORY, _BYTES_OF_MEMORY))


def _serve() -> None:
    """Answer requests from the standard input until it ends."""
    requests, answers = sys.stdin.buffer, sys.stdout.buffer
    sys.stdout = sys.stderr  # nothing else may write between answers
    # Loaded now, so that the first file's time is its own.
    from . import containers, returned_workbook  # noqa: F401

    with suppress(Exception):  # without pywin32, or in a job already, time is limited only
        _limit_memory()
    _write(answers, _READY)
    while True:
        try:
            function, arguments = _read(requests)
        except EOFError:
            return
        try:
            answer = function(*arguments)
        except BaseException as error:  # a panic of the parser is no Exception
            known = isinstance(error, UnreadableFileError | MemoryError)
            answer = error if known else UnreadableFileError("tệp bị hỏng")
        _write(answers, answer)


if __name__ == "__main__":
    _serve()
