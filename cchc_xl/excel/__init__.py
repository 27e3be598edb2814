"""What runs when a button is clicked in Excel, and the functions that stand in cells.

The only place that imports xlwings. It holds no rules: it reads and writes the open master
workbook, and calls `steps`.
"""
