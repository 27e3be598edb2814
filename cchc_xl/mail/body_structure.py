"""What is in a mail as its server tells (IMAP's BODYSTRUCTURE), so that only mails that may hold
something for us are downloaded. imapclient gives nested tuples; what they mean is read here."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from ..files.attachments import is_wanted, last_label, may_be_return
from ..files.mails import decoded, parameters

_LONG_TEXT = 20_000  # bytes; nobody writes so much
# What has no name and is no file of a spreadsheet program all the same.
_NO_SPREADSHEETS = (
    "application/pdf",
    "application/msword",
    "application/rtf",
    "application/pkcs7-signature",
    "application/x-pkcs7-signature",
    "application/pgp-signature",
    "application/pgp-encrypted",
)


class Structure(NamedTuple):
    """Whether a mail `may_bring` a return, or news of a mail that came back; the names of what is
    attached."""

    may_bring: bool
    names: tuple[str, ...]


def structure_of(told: Any) -> Structure:
    """What imapclient's reading of a BODYSTRUCTURE says. Where it says nothing, anything may be in
    the mail."""
    if not isinstance(told, tuple) or not told:
        return Structure(True, ())
    try:
        leaves = list(_leaves(told))
    except RecursionError:  # nested beyond all sense: the process that opens it tells
        return Structure(True, ())
    return Structure(any(may for may, _ in leaves), tuple(n for _, names in leaves for n in names))


def _leaves(told: tuple) -> Iterator[tuple[bool, list[str]]]:
    """Each part without parts: whether it may bring something, and its names."""
    if isinstance(told[0], list):  # a multipart: its parts first
        for part in told[0]:
            yield from _leaves(part)
        return
    main, sub = (_text(value).lower() for value in (*told, b"")[:2])
    kind, names = f"{main}/{sub}", _names(told)
    if main == "message" or kind == "text/rfc822-headers":  # carried on, or came back
        may = True
    elif main == "text" and not names:
        # Old programs wrote files into the text itself, which only its size may tell.
        size = told[6] if len(told) > 6 and isinstance(told[6], int) else 0
        may = sub == "plain" and size > _LONG_TEXT
    elif main in ("text", "application"):
        may = any(may_be_return(name, kind) for name in names) or (
            not names and kind not in _NO_SPREADSHEETS
        )
    else:  # a picture
        may = any(map(is_wanted, names))
    yield may, names


def _names(told: tuple) -> list[str]:
    """What a part is called, in each of the places for it."""
    given = [told[2], *(one[1] for one in told[7:] if isinstance(one, tuple) and len(one) == 2)]
    found = []
    for pairs in given:
        read = parameters(_as_header(pairs)) if isinstance(pairs, tuple) else {}
        found += [read[name] for name in read if name.strip("?") in ("filename", "name")]
    described = last_label(decoded(_bytes(told[4]))) if len(told) > 4 else ""
    labels = [*map(last_label, found), described if is_wanted(described) else ""]
    return list(dict.fromkeys(filter(None, labels)))


def _as_header(pairs: Iterable[Any]) -> bytes:
    """Parameters as they stood in the mail, for the one reader of such."""
    values = [_bytes(one).replace(b"\\", b"\\\\").replace(b'"', b'\\"') for one in pairs]
    return b"x" + b"".join(
        b'; %s="%s"' % pair for pair in zip(values[::2], values[1::2], strict=False)
    )


def _bytes(value: Any) -> bytes:
    if isinstance(value, bytes):
        return value
    return b"" if value is None else str(value).encode("utf-8", "replace")


def _text(value: Any) -> str:
    return _bytes(value).decode("ascii", "replace")
