"""The statistics form of 2014 (政府信息公开情况统计表): found in a document and read apart from the other forms."""

from transforms.reading.legacy.cells import read_statistics
from transforms.reading.legacy.statistics import Statistics, find_statistics

__all__ = ["Statistics", "find_statistics", "read_statistics"]
