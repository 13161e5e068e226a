"""From the bytes of a document to checked figures in Parquet."""

import logging

# Part of the key of every stored reading: raise it whenever the same bytes may be read differently.
READER_VERSION = "14"

# Who calls this room decides whether and where its log is kept; on its own it writes to no terminal.
logging.getLogger(__name__).addHandler(logging.NullHandler())
