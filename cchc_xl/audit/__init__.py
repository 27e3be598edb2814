"""The independent check of an issued workbook: a reading and an arithmetic of its own."""
