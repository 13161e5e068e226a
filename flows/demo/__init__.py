"""The demo: agencies of an invented city, two loopback portals, and the real nightly job run on them."""
