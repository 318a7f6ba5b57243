"""What the tests of the API and its client share: a small library and a real server on loopback."""
