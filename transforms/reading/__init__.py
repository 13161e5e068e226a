"""Rows of a document -> the cells of the regulated form, each by its label path, with every doubt named."""

from transforms.reading.reader import read_document
from transforms.reading.result import Reading

__all__ = ["Reading", "read_document"]
