"""Bytes of a document -> its text, rows and cells, whatever the kind; no meaning is read into them here."""
