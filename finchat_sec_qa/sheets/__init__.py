"""Tables of figures as files: CSV, Markdown, Excel workbooks."""
