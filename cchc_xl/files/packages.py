"""Office packages: zip files of named parts."""

from __future__ import annotations

import io
import posixpath
import zipfile
from collections.abc import Callable, Mapping

import lxml.etree as etree


def repacked(
    content: bytes, change: Callable[[str, bytes], bytes], added: Mapping[str, bytes] | None = None
) -> bytes:
    """A package with each part (by its name) changed and some added; no times in it."""
    buffer = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as source,
        zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as target,
    ):
        parts = {name: change(name, source.read(name)) for name in source.namelist()}
        for name, part in (parts | dict(added or {})).items():
            target.writestr(zipfile.ZipInfo(name), part, zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


def parse_part(package: zipfile.ZipFile, name: str) -> etree._Element:
    """An XML part of a package; nothing it names is fetched or expanded."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=True)
    return etree.fromstring(package.read(name), parser)


def related_parts(package: zipfile.ZipFile, part: str) -> dict[str, str]:
    """Relationship id -> part, of a part of an Office package."""
    folder, name = posixpath.split(part)
    relations = parse_part(package, f"{folder}/_rels/{name}.rels")
    return {
        one.get("Id", ""): posixpath.normpath(
            posixpath.join("/", folder, one.get("Target", ""))
        ).lstrip("/")
        for one in relations
        if one.get("TargetMode") != "External"
    }
