"""Workbooks: cells by calamine, and what they look like by the formats themselves."""
