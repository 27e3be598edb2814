"""When a program saved a workbook, as it notes it."""

from __future__ import annotations

import datetime
import re

from cchc_xl.files.packages import repacked
from cchc_xl.files.returned_workbook import saved_at
from tests.support.one_agency import AGENCY


def test_libreoffice_notes_the_clock_on_the_wall(forms):
    def by_libreoffice(name, part):
        if name == "docProps/app.xml":
            return b"<Properties><Application>LibreOffice/7.4</Application></Properties>"
        return re.sub(rb"(modified[^>]*>)[^<]+", rb"\g<1>2018-05-20T13:33:53Z", part)

    content = repacked(forms[AGENCY].read_bytes(), by_libreoffice)
    assert saved_at(content).astimezone(datetime.UTC).hour == 6
