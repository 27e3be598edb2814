"""The officers' guide (docs/huong-dan.md) as a page to read in a browser."""

from __future__ import annotations

import base64
import re

from markdown_it import MarkdownIt

from ..writing.templates import resource

_PAGE = """<!DOCTYPE html>
<html lang="vi"><head><meta charset="utf-8"><title>Hướng dẫn dùng CCHC-XL</title><style>
body {{ font: 17px/1.6 "Times New Roman", serif; max-width: 46em; margin: 2em auto }}
table {{ border-collapse: collapse }} td, th {{ border: 1px solid #7f7f7f; padding: .3em .6em }}
pre {{ background: #f2f6fb; padding: .8em; overflow: auto }} h1, h2 {{ color: #1f3864 }}
img {{ max-width: 100%; border: 1px solid #c9d6e6 }}
</style></head><body>
{body}
</body></html>
"""


def guide_html() -> bytes:
    """The guide with its pictures inside, so that the page can be mailed on."""
    body = MarkdownIt().enable("table").render(resource("docs", "huong-dan.md").read_text("utf-8"))
    body = re.sub(r'src="(images/[^"]+\.png)"', _inside, body)
    return _PAGE.format(body=body).encode("utf-8")


def _inside(found: re.Match) -> str:
    picture = base64.b64encode(resource("docs", found[1]).read_bytes()).decode("ascii")
    return f'src="data:image/png;base64,{picture}"'
