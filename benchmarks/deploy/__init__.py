"""What deploys cost their users: `python -m benchmarks.deploy --help`. The figures are in benchmarks/README.md."""
