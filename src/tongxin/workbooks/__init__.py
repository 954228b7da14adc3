"""Workbooks in and out: the template, the reader, the checks, the verdicts. Knows nothing of Django."""
