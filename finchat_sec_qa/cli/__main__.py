"""`python -m finchat_sec_qa.cli` is `finchat`."""

from finchat_sec_qa.cli.app import main

if __name__ == "__main__":
    main()
