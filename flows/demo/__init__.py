"""The demo: agencies of an invented city, three loopback portals, and the real nightly job run on them."""
