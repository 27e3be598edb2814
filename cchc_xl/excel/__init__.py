"""What runs when a button is clicked in Excel, and the functions that stand in cells.

The only place that imports xlwings. It holds no rules: it reads and writes the open master
workbook, and calls `steps`.
"""

import atexit
import sys

if sys.platform == "win32":
    import xlwings._xlwindows

    # At its end xlwings kills every Excel process in which it sees no workbook, and so the one
    # that shows a mailed form in Protected View (xlwings issue 2456).
    atexit.unregister(xlwings._xlwindows.cleanup)
