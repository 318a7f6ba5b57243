"""Tools of the build: images, what is said about them, and where they are kept. Never shipped in an image."""
