"""Tables of a PDF: from drawn lines, over page breaks, and without any line."""
