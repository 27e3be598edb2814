"""The journal of a workspace: every file that ever came, and every consolidation with all
that went into it, so that it can be made again.

`nhat-ky/kho` keeps contents under their SHA-256; `nhat-ky/lan-tong-hop` has a record for each
consolidation. Nothing in either is ever changed or removed.
"""

from __future__ import annotations

import datetime
import gzip
import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from ..errors import UnreadableFileError
from ..files.spreadsheets import CellValue, Grid, WorkbookSheets
from .disk import read_file
from .folders import Workspace


def sha256_of(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


class ReturnedFile(NamedTuple):
    """A file of nhan-ve: `content` is None where it could not be read, `fault` says why."""

    name: str
    content: bytes | None
    arrived: datetime.datetime
    fault: str = ""

    @property
    def sha256(self) -> str:
        return sha256_of(self.content) if self.content is not None else ""


class Seen(NamedTuple):
    """A returned file as it stood at an earlier consolidation."""

    file: str
    sha256: str
    agency: str
    arrived: datetime.datetime
    kept: str


@dataclass(frozen=True)
class Run:
    """One consolidation: the plan (its sheets as read), the forms' given texts, the files of
    each period up to this one, and those seen before; then what became of them."""

    number: int
    period: str
    time: datetime.datetime
    software: str
    master: str
    plan: str
    issued: str
    files: dict[str, list[dict[str, str]]]
    seen: list[dict[str, str]]
    returns: list[dict[str, str]] = field(default_factory=list)
    outputs: dict[str, str] = field(default_factory=dict)
    templates: dict[str, str] = field(default_factory=dict)

    @property
    def inputs(self) -> tuple:
        """What decides the outputs: two records with the same are of the same consolidation."""
        return (
            self.software,
            self.master,
            self.plan,
            self.issued,
            self.files,
            self.outputs,
            self.templates,
        )


class Journal:
    def __init__(self, workspace: Workspace):
        self.root = workspace.root
        self.store = workspace.journal / "kho"
        self.records = workspace.journal / "lan-tong-hop"

    # ------------------------------------------------------------- contents

    def kept_at(self, sha256: str) -> Path:
        return self.store / sha256[:2] / sha256

    def to_keep(self, contents: Iterable[bytes]) -> dict[Path, bytes]:
        """Where contents go that the store has not yet."""
        places = {self.kept_at(sha256_of(c)): c for c in contents}
        return {path: c for path, c in places.items() if not _holds(path, c)}

    def content(self, sha256: str) -> bytes:
        """Raises UnreadableFileError when it is gone or was changed."""
        content = read_file(self.kept_at(sha256))
        if sha256_of(content) != sha256:
            raise UnreadableFileError(
                f"Tệp {self.kept_at(sha256)} trong kho đã bị sửa. Khôi phục từ bản sao lưu."
            )
        return content

    # -------------------------------------------------------------- records

    def of_period(self, period_id: str) -> list[Run]:
        """The consolidations of a period, in their order. A record that cannot be read (a
        copy that was cut off) is passed over."""
        records = []
        for path in sorted(self.records.glob(f"{period_id}_*.json")):
            if re.fullmatch(rf"{re.escape(period_id)}_\d+\.json", path.name):
                try:
                    record = _from_json(json.loads(read_file(path)))
                    seen_until(record)
                    records.append(record)
                except (ValueError, TypeError, KeyError, AttributeError):
                    continue
        return records

    def to_write(self, record: Run) -> dict[Path, bytes]:
        """The file of a new record."""
        path = self.records / f"{record.period}_{record.number:04d}.json"
        text = json.dumps(_to_json(record), ensure_ascii=False, indent=1)
        return {path: text.encode()}

    def last(self, period_id: str) -> Run | None:
        records = self.of_period(period_id)
        return records[-1] if records else None

    def next_number(self, period_id: str) -> int:
        numbers = [
            int(path.stem.rpartition("_")[2])
            for path in self.records.glob(f"{period_id}_*.json")
            if path.stem.rpartition("_")[2].isdigit()
        ]
        return max(numbers, default=0) + 1


def _holds(path: Path, content: bytes) -> bool:
    """Whether a kept file is there and undamaged."""
    return path.exists() and path.read_bytes() == content


def _to_json(record: Run) -> dict[str, Any]:
    return {**record.__dict__, "time": record.time.isoformat()}


def _from_json(data: Mapping[str, Any]) -> Run:
    return Run(**{**data, "time": datetime.datetime.fromisoformat(data["time"])})


def seen_to_json(seen: Iterable[Seen]) -> list[dict[str, str]]:
    return [{**one._asdict(), "arrived": one.arrived.isoformat()} for one in seen]


def seen_from_json(listed: Iterable[Mapping[str, str]]) -> tuple[Seen, ...]:
    return tuple(
        Seen(one["file"], one["sha256"], one["agency"], _moment(one["arrived"]), one["kept"])
        for one in listed
    )


def seen_until(record: Run | None) -> tuple[Seen, ...]:
    """Every file that a consolidation had, or that had been there before it."""
    if record is None:
        return ()
    seen = {one.sha256: one for one in seen_from_json(record.seen)}
    for one in seen_from_json(
        {name: entry[name] for name in Seen._fields} for entry in record.returns
    ):
        if one.sha256 not in seen:
            seen[one.sha256] = one
    return tuple(seen.values())


def files_to_json(files: Iterable[ReturnedFile]) -> list[dict[str, str]]:
    return [
        {
            "file": one.name,
            "sha256": one.sha256,
            "arrived": one.arrived.isoformat(),
            "fault": one.fault,
        }
        for one in files
    ]


def recorded_files(journal: Journal, listed: Iterable[Mapping[str, str]]) -> list[ReturnedFile]:
    """The files of a record with their contents."""
    return [
        ReturnedFile(
            one["file"],
            journal.content(one["sha256"]) if one["sha256"] else None,
            _moment(one["arrived"]),
            one["fault"],
        )
        for one in listed
    ]


def _moment(text: str) -> datetime.datetime:
    return datetime.datetime.fromisoformat(text)


# ------------------------------------------------------------------ the plan's sheets


class RememberedSheets:
    """A workbook's sheets that remembers what was read of it; `name` is its file's."""

    def __init__(self, workbook: WorkbookSheets, name: str):
        self.workbook = workbook
        self.name = name
        self.names = list(workbook.names)
        self.read: dict[str, Grid] = {}

    def grid(self, name: str) -> Grid:
        if name not in self.read:
            self.read[name] = self.workbook.grid(name)
        return self.read[name]

    def to_bytes(self) -> bytes:
        """All that was read; the same sheets give the same bytes."""
        sheets = {
            name: {
                "top": g.top,
                "left": g.left,
                "rows": [[_cell(c) for c in row] for row in g.rows],
            }
            for name, g in self.read.items()
        }
        body = {"names": self.names, "sheets": sheets}
        return gzip.compress(json.dumps(body, ensure_ascii=False).encode(), 6, mtime=0)


class RecordedSheets:
    """The sheets that `RememberedSheets` kept."""

    def __init__(self, content: bytes):
        body = json.loads(gzip.decompress(content))
        self.names: list[str] = body["names"]
        self._sheets = body["sheets"]

    def grid(self, name: str) -> Grid:
        sheet = self._sheets[name]
        rows = [[_value(cell) for cell in row] for row in sheet["rows"]]
        return Grid(name, rows, sheet["top"], sheet["left"])


def _cell(value: CellValue) -> str | int | float | dict[str, str]:
    if isinstance(value, datetime.datetime):
        return {"moment": value.isoformat()}
    if isinstance(value, datetime.date):
        return {"day": value.isoformat()}
    if isinstance(value, str | int | float):
        return value
    return {"text": str(value)}


def _value(cell: str | int | float | dict[str, str]) -> CellValue:
    if not isinstance(cell, dict):
        return cell
    if "moment" in cell:
        return datetime.datetime.fromisoformat(cell["moment"])
    return datetime.date.fromisoformat(cell["day"]) if "day" in cell else cell["text"]
