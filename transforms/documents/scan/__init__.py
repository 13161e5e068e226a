"""Scanned pages and page images -> rows: rulings make the cells, a network reads them, every doubt is named."""
