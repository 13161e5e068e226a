"""Declaring portals: a first look at one, the entry that it suggests, and saved pages that prove an entry."""
