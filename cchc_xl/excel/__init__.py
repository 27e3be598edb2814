"""The only place that may import xlwings: what the master workbook's buttons call."""
