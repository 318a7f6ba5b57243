"""The proof of an answer: what it says is made again from the original bytes and compared."""
