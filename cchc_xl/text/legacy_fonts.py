"""Vietnamese text typed for the fonts used before Unicode, TCVN3 (.VnTime …) and VNI.

Such a cell holds other characters than it shows; only its font tells. TCVN3 has one
character for each letter, and fonts whose name ends in H show capitals; VNI puts a letter
and its marks in two characters.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from itertools import product

_TCVN3 = str.maketrans(
    "µ¸¶·¹¨»¾¼½Æ©ÇÊÈÉË®ÌÐÎÏÑªÒÕÓÔÖ×ÝØÜÞßãáâä«åèæçé¬êíëìîïóñòô\xadõøö÷ùúýûüþ¡¢£¤¥¦§",
    "àáảãạăằắẳẵặâầấẩẫậđèéẻẽẹêềếểễệìíỉĩịòóỏõọôồốổỗộơờớởỡợùúủũụưừứửữựỳýỷỹỵĂÂÊÔƠƯĐ",
)

_GRAVE, _ACUTE, _HOOK, _TILDE, _DOT = "\u0300\u0301\u0309\u0303\u0323"
_CIRCUMFLEX, _BREVE = "\u0302", "\u0306"
_VOWELS = "aeouyôö"
# What the character behind a vowel adds to it.
_VNI_MARKS = {"â": _CIRCUMFLEX, "ê": _BREVE} | {
    typed: mark + tone
    for mark, row in (("", "ùøûõï"), (_CIRCUMFLEX, "áàåãä"), (_BREVE, "éèúüë"))
    for typed, tone in zip(row, (_ACUTE, _GRAVE, _HOOK, _TILDE, _DOT), strict=True)
}
# Letters that VNI has in one character.
_VNI_LETTERS = dict(zip("ñôöíìæóòî", "đơưíìỉĩịỵ", strict=True))


def _vni_table() -> dict[str, str]:
    table = dict(_VNI_LETTERS)
    for vowel, (typed, marks) in product(_VOWELS, _VNI_MARKS.items()):
        # ă has a breve, â ê ô a circumflex; every vowel takes a tone.
        if vowel in ("a" if _BREVE in marks else "aeo" if _CIRCUMFLEX in marks else _VOWELS):
            base = _VNI_LETTERS.get(vowel, vowel)
            table[vowel + typed] = unicodedata.normalize("NFC", base + marks)
    # A capital may be followed by its mark in either size.
    for typed, letter in list(table.items()):
        table[typed.upper()] = letter.upper()
        table[typed[0].upper() + typed[1:]] = letter.upper()
    return table


_VNI = _vni_table()
_VNI_PATTERN = re.compile("|".join(sorted(map(re.escape, _VNI), key=len, reverse=True)))


def from_tcvn3(text: str) -> str:
    """Text of a TCVN3 font in Unicode: "Hoµn thµnh" -> "Hoàn thành"."""
    return text.translate(_TCVN3)


def from_vni(text: str) -> str:
    """Text of a VNI font in Unicode: "Hoaøn thaønh" -> "Hoàn thành"."""
    return _VNI_PATTERN.sub(lambda found: _VNI[found[0]], text)


_UNICODE_LETTERS = re.compile("[\u0102-\u01b0\u0300-\u0323\u1ea0-\u1ef9]")
# Inside a word, no Vietnamese text in Unicode has these; the letters among them may stand in a
# foreign name.
_OLD_SIGNS = re.compile("(?<=[A-Za-z])[µ¸¶·¹¨¾¼½¬×÷Ø\xad](?=[a-z])")
_OLD_LETTERS = re.compile(
    "(?:(?<=[A-Za-z])[µ¸¶·¹¨¾¼½¬ÆÇËÎÏÑÖ×ØÜÞßäåæçëîïñö÷øûüþ]"
    "|[µ¸¶·¹¨¾¼½¬®ÆÇËÎÏÑÖ×ØÜÞßäåæçëîïñö÷øûüþ](?=[a-z]))"
)


def is_unicode(text: str) -> bool:
    """Whether a text has letters that only Unicode has, whatever its font."""
    return bool(_UNICODE_LETTERS.search(text))


def looks_old(text: str) -> bool:
    """Whether a text in a font of today seems typed for an old one: "Hoµn thµnh"."""
    if is_unicode(text):
        return False
    return bool(_OLD_SIGNS.search(text)) or len(_OLD_LETTERS.findall(text)) > 1


def decoder_of(font: str) -> Callable[[str], str] | None:
    """What turns the text of a font into Unicode; None for a font of today."""
    name = font.strip().casefold()
    if name.startswith(".vn"):
        if name.endswith("h"):
            return lambda text: from_tcvn3(text).upper()
        return from_tcvn3
    if name.startswith(("vni-", "vni ")):
        return from_vni
    return None
