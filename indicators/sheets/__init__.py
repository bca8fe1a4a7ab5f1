"""Sheets in and out: an office's own workbook, and what comes back in it."""
