"""The master workbook: its sheets written and read back, dashboard, macros, functions."""
