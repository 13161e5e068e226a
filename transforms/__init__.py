"""From the bytes of a document to checked figures in Parquet."""

# Part of the key of every stored reading: raise it whenever the same bytes may be read differently.
READER_VERSION = "12"
