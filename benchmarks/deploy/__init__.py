"""What deploys cost their users: `python -m benchmarks.deploy --help`. Figures: benchmarks/README.md."""
