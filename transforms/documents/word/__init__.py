"""Documents of word processors: package, text and tables of each of their formats."""
