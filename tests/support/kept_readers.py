"""Processes that read returned files, kept from one test to the next: to start one takes longer
than most tests have to read."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from typing import Any

import pytest

from cchc_xl.files import isolation
from cchc_xl.files.isolation import Reader
from cchc_xl.mail import collecting

_IDLE: list[tuple[subprocess.Popen[bytes], Any]] = []


class KeptReader(Reader):
    """Goes on with a process that another reader needs no more. One that was lost, or is still
    busy when its time is over, ends as it always does."""

    _asking = False

    def call(self, function: Any, *arguments: object) -> Any:
        self._asking = True
        try:
            return super().call(function, *arguments)
        finally:
            self._asking = False

    def close(self) -> None:
        if self._process and self._process.poll() is None and not self._asking:
            _IDLE.append((self._process, self._answers))
            self._process = None
        super().close()

    def _started(self) -> subprocess.Popen[bytes]:
        if not _IDLE:
            return super()._started()
        self._process, self._answers = _IDLE.pop()
        return self._process


@pytest.fixture(scope="session", autouse=True)
def _readers_are_kept() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as here:
        here.setattr(isolation, "Reader", KeptReader)
        here.setattr(collecting, "Reader", KeptReader)
        yield
    while _IDLE:
        reader = Reader()
        reader._process, reader._answers = _IDLE.pop()
        reader.close()
