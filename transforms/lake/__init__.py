"""The lake: one Parquet dataset a table, a file a report year; what stands in it and how it is brought up to date."""

from transforms.lake.parts import (
    UNFINISHED,
    CorruptPart,
    OutdatedPart,
    PartNotWritten,
    batches,
    being_written,
    part_path,
    read_part,
    remove_leftovers,
    set_aside,
    write_part,
    write_table,
    years,
)

__all__ = [
    "UNFINISHED",
    "CorruptPart",
    "OutdatedPart",
    "PartNotWritten",
    "batches",
    "being_written",
    "part_path",
    "read_part",
    "remove_leftovers",
    "set_aside",
    "write_part",
    "write_table",
    "years",
]
