"""Sample filings that ship with the program: real ones, compressed, with their address and hash."""
