"""Reading a question: the companies, periods and things it names, as a typed plan."""
