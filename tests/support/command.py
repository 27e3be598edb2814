"""The command as a user types it, in a process of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path


def run(*arguments: object, ok: bool = True, cwd: Path | None = None):
    environment = {**os.environ, "PYTHONIOENCODING": "ascii"}  # as bad as a terminal can be
    done = subprocess.run(
        [sys.executable, "-m", "cchc_xl", *map(str, arguments)],
        capture_output=True,
        cwd=cwd,
        env=environment,
        timeout=120,
    )
    out, err = done.stdout.decode("utf-8"), done.stderr.decode("utf-8")
    if ok:
        assert done.returncode == 0, err
        assert err == ""
    return done.returncode, out, err


def run_json(*arguments: object) -> dict:
    return json.loads(run(*arguments, "--json")[1])
