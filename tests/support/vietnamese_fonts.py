"""Text as typed for the fonts of before Unicode: .VnTime (TCVN3) and VNI-Times."""

from __future__ import annotations

_TCVN3 = {
    "aàảãáạ": "aµ¶·¸¹",
    "ăằẳẵắặ": "¨»¼½¾Æ",
    "âầẩẫấậ": "©ÇÈÉÊË",
    "đ": "®",
    "eèẻẽéẹ": "eÌÎÏÐÑ",
    "êềểễếệ": "ªÒÓÔÕÖ",
    "iìỉĩíị": "i×ØÜÝÞ",
    "oòỏõóọ": "oßáâãä",
    "ôồổỗốộ": "«åæçèé",
    "ơờởỡớợ": "¬êëìíî",
    "uùủũúụ": "uïñòóô",
    "ưừửữứự": "\u00adõö÷øù",
    "yỳỷỹýỵ": "yúûüýþ",
    "ĂÂĐÊÔƠƯ": "¡¢§£¤¥¦",
}
_TCVN3_BY_LETTER = {
    letter: code
    for letters, codes in _TCVN3.items()
    for letter, code in zip(letters, codes, strict=True)
}

_PLAIN, _ROOF, _BOWL = ("", *"øûõùï"), tuple("âàåãáä"), tuple("êèúüéë")
_VNI = {
    "aàảãáạ": ("a", _PLAIN),
    "ăằẳẵắặ": ("a", _BOWL),
    "âầẩẫấậ": ("a", _ROOF),
    "eèẻẽéẹ": ("e", _PLAIN),
    "êềểễếệ": ("e", _ROOF),
    "oòỏõóọ": ("o", _PLAIN),
    "ôồổỗốộ": ("o", _ROOF),
    "ơờởỡớợ": ("ô", _PLAIN),
    "uùủũúụ": ("u", _PLAIN),
    "ưừửữứự": ("ö", _PLAIN),
    "yỳỷỹý": ("y", _PLAIN[:5]),
    "đ": ("ñ", ("",)),
    "ỵ": ("î", ("",)),
    "ìỉĩíị": ("", tuple("ìæóíò")),
}
_VNI_BY_LETTER = {
    letter: base + mark
    for letters, (base, marks) in _VNI.items()
    for letter, mark in zip(letters, marks, strict=True)
}
_VNI_BY_LETTER |= {a.upper(): b.upper() for a, b in _VNI_BY_LETTER.items()}


def tcvn3(text: str) -> str:
    return "".join(
        _TCVN3_BY_LETTER.get(c, _TCVN3_BY_LETTER.get(c.lower(), c)) if ord(c) > 127 else c
        for c in text
    )


def vni(text: str) -> str:
    return "".join(_VNI_BY_LETTER.get(c, c) for c in text)
