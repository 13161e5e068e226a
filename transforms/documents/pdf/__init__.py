"""PDF with a text layer -> rows: glyphs and drawn lines of its pages, tables from the lines, the form as template."""
