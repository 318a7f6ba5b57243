"""Facts from printed statements, for filings that carry no XBRL: found, named, dated and signed."""
