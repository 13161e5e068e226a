"""Rows of a document -> labelled groups of cells and lines of text by section."""
