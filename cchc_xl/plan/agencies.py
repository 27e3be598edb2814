"""The registry: who the agencies are, which groups they form, how they are written.

A name in a document is matched by the words it consists of. Punctuation, case and
spacing never matter. A spelling that differs in diacritics, or by a slip or two, is
resolved only when no other name is nearly as close, and the caller is told, so that
it becomes a finding. Everything else stays unresolved.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from ..text.spelling import clean, fold, key, without_marks

# Accepting a near miss: at least this similar (0-100), and ahead of the next name.
NEAR_ENOUGH = 88
CLEARLY_AHEAD = 6
SUGGESTED = 70


@dataclass(frozen=True)
class Agency:
    """One unit that reports. `id` never changes, the name may. From `succeeded_on` on,
    the agency named `successor` answers for its rows."""

    id: str
    name: str
    groups: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    email: str = ""
    phone: str = ""
    successor: str = ""
    succeeded_on: datetime.date | None = None


@dataclass(frozen=True)
class Group:
    """A set of agencies that decisions name as one.

    `each`: every member answers for itself; otherwise the members are not determined
    ("… có liên quan") and the group as such can never report. `via` names the group
    whose members report for it (communes report through their districts).
    """

    name: str
    aliases: tuple[str, ...] = ()
    each: bool = True
    via: str = ""


class Mention(NamedTuple):
    """A name as it stands in a text and the registry's name for it ("" if none).
    `how` is "exact", "near" or "unknown"; `suggestion` is the closest name."""

    text: str
    name: str
    how: str
    suggestion: str = ""


@dataclass(frozen=True)
class Registry:
    agencies: tuple[Agency, ...]
    groups: tuple[Group, ...] = ()

    # ------------------------------------------------------------- look-ups

    @cached_property
    def by_id(self) -> dict[str, Agency]:
        return {agency.id: agency for agency in self.agencies}

    @cached_property
    def by_name(self) -> dict[str, Agency]:
        return {agency.name: agency for agency in self.agencies}

    @cached_property
    def group_by_name(self) -> dict[str, Group]:
        return {group.name: group for group in self.groups}

    def is_agency(self, name: str) -> bool:
        return name in self.by_name

    def members(self, group_name: str) -> tuple[str, ...]:
        """Names of the agencies that answer for a group; none for an open group."""
        passed: set[str] = set()
        while (group := self.group_by_name.get(group_name)) and group.each:
            own = tuple(agency.name for agency in self.agencies if group.name in agency.groups)
            passed.add(group.name)
            if own or group.via in passed:
                return own
            group_name = group.via
        return ()

    def expand(self, names: Iterable[str], on: datetime.date | None = None) -> tuple[str, ...]:
        """Agencies and groups -> agencies, each once, in the registry's order, with
        successors in place of the agencies that ended by the day `on`."""
        wanted: set[str] = set()
        for name in names:
            members = (name,) if name in self.by_name else self.members(name)
            wanted.update(self.in_office(member, on) for member in members)
        return tuple(agency.name for agency in self.agencies if agency.name in wanted)

    def in_office(self, name: str, on: datetime.date | None) -> str:
        """The agency that answers for `name` on that day: itself or its last successor."""
        passed = {name}
        while on is not None:
            agency = self.by_name[name]
            follower = self.resolve(agency.successor).name if agency.successor else ""
            ended = agency.succeeded_on is None or agency.succeeded_on <= on
            if not ended or follower not in self.by_name or follower in passed:
                break
            passed.add(follower)
            name = follower
        return name

    # ------------------------------------------------------------- matching

    @cached_property
    def _exact(self) -> dict[str, str]:
        """Normal form of every name and alias -> name. Own names win over aliases."""
        index: dict[str, str] = {}
        entries = (*self.agencies, *self.groups)
        for entry in entries:
            index.setdefault(key(entry.name), entry.name)
        for entry in entries:
            for alias in entry.aliases:
                index.setdefault(key(alias), entry.name)
        return index

    @cached_property
    def _folded(self) -> dict[str, str]:
        """Form without diacritics -> name, or "" where two names share it."""
        index: dict[str, str] = {}
        for normal, name in self._exact.items():
            bare = fold(normal)
            index[bare] = name if index.get(bare, name) == name else ""
        return index

    @cached_property
    def _longest(self) -> int:
        return max((normal.count(" ") + 1 for normal in self._exact), default=0)

    def resolve(self, text: str) -> Mention:
        """Match a text that is one name."""
        text = clean(text)
        normal = key(text)
        if name := self._exact.get(normal):
            return Mention(text, name, "exact")
        if name := self._folded.get(fold(normal)):
            return Mention(text, name, "near")
        return self._nearest(text, fold(normal))

    def _nearest(self, text: str, bare: str) -> Mention:
        from rapidfuzz import fuzz, process  # 20 ms, and most texts are exact

        best_by_name: dict[str, float] = {}
        for candidate, score, _ in process.extract(
            bare, self._folded.keys(), scorer=fuzz.ratio, limit=12, score_cutoff=SUGGESTED
        ):
            name = self._folded[candidate]
            if name:
                best_by_name[name] = max(score, best_by_name.get(name, 0))
        ranked = sorted(best_by_name.items(), key=lambda pair: -pair[1])
        if not ranked:
            return Mention(text, "", "unknown")
        name, score = ranked[0]
        runner_up = ranked[1][1] if len(ranked) > 1 else 0
        if score >= NEAR_ENOUGH and score - runner_up >= CLEARLY_AHEAD:
            return Mention(text, name, "near", name)
        return Mention(text, "", "unknown", name)

    def mentions(self, text: str) -> tuple[Mention, ...]:
        """Match every name in a text that may list several, in any of the ways decisions
        do: by lines, dashes, semicolons, commas, "và", or nothing at all."""
        text = _spell_out_departments(clean(text))
        found = [mention for mention in self._scan(text) if mention.text]
        unique = {mention.name or mention.text: mention for mention in reversed(found)}
        return tuple(reversed(unique.values()))

    def _scan(self, text: str) -> Iterator[Mention]:
        """Known names of two words or more, longest first; what is left between them is
        matched piece by piece."""
        tokens = [(m.start(), m.end(), m.group()) for m in re.finditer(r"[\w'’]+", text)]
        normal = [key(token) for _, _, token in tokens]
        rest_from = 0
        i = 0
        while i < len(tokens):
            for length in range(min(self._longest, len(tokens) - i), 1, -1):
                phrase = " ".join(normal[i : i + length])
                name = self._exact.get(phrase)
                how = "exact" if name else "near"
                name = name or self._folded.get(fold(phrase))
                if name:
                    start, end = tokens[i][0], tokens[i + length - 1][1]
                    yield from self._pieces(text[rest_from:start])
                    yield Mention(text[start:end], name, how)
                    rest_from = end
                    i += length
                    break
            else:
                i += 1
        yield from self._pieces(text[rest_from:])

    def _pieces(self, rest: str) -> Iterator[Mention]:
        rest = _trim(rest)
        if not rest:
            return
        whole = self.resolve(rest)
        if whole.name:
            yield whole
            return
        pieces = [_trim(piece) for piece in re.split(r"[;\n:]|,\s|\.\s", rest)]
        for piece in filter(None, pieces):
            parts = [self.resolve(part) for part in re.split(r"\svà\s", piece)]
            # "Đài Phát thanh và Truyền hình tỉnh" is one name, unless a part is known.
            yield from parts if any(part.name for part in parts) else [self.resolve(piece)]


def _trim(piece: str) -> str:
    """A piece without the separators around it and the "và" that joined it."""
    piece = piece.strip(" \n\t,;:.-–+/")
    piece = re.sub(r"^(?:và|cùng|với)(?:\s+|$)|(?:^|\s+)(?:và|cùng)$", "", piece)
    return piece.strip(" \n\t,;:.-–+/")


def _spell_out_departments(text: str) -> str:
    """ "các Sở: Nội vụ, Tư pháp" -> "Sở Nội vụ; Sở Tư pháp"."""

    def spell_out(found: re.Match) -> str:
        return "; ".join(f"Sở {name.strip(' .')}" for name in found[1].split(",") if name.strip())

    return re.sub(r"\b[Cc]ác [Ss]ở\s*:\s*([^;\n]+)", spell_out, text)


def slug(name: str) -> str:
    """ASCII form of a name for file names: "Sở Nội vụ" -> "So-Noi-vu"."""
    return "-".join(re.findall(r"[A-Za-z0-9]+", without_marks(name)))


def initials(name: str) -> str:
    """The short form of a name in the number of a document: "Sở Nội vụ" -> "SNV", "Văn phòng
    UBND tỉnh" -> "VPUBND"."""
    words = [word for word in re.findall(r"[^\W\d_]+", name) if word.lower() not in _SILENT]
    return "".join(word if word.isupper() else word[0].upper() for word in words)


_SILENT = {"và", "các", "tỉnh", "thành", "phố"}


def names_in_words(names: Iterable[str]) -> str:
    """Names as one cell holds them; `split_names` reads them back."""
    return "; ".join(names)


def split_names(cell: str) -> list[str]:
    """The names of a cell that an officer may have edited: parted by ";" or lines."""
    return [name for name in (part.strip() for part in re.split(r"[;\n]", cell)) if name]
