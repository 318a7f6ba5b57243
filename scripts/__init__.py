"""What is done with a checkout: environments, checks, and the generated parts of the docs."""
