"""Which facts answer what: the lexicon of concepts and the choice among facts."""
