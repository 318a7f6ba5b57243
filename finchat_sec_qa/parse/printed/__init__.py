"""Tables that pages print as lines of text, without markup: rows, columns, headings, values."""
