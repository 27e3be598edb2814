"""LibreOffice Calc as the stand-in for Excel: see host.py for how a test uses it."""
