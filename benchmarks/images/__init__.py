"""The images measured: how long builds take beside a plain Dockerfile's, sizes, start of containers."""
