"""Series, comparisons and statements: tables of figures in which every number has an address."""
