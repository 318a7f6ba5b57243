"""What runs on a host: the files of a stack as they are, and the few values that they leave open."""
