"""`python -m api`: serve the API as the FINCHAT_* variables say. docs/api.md tells how to use it."""

import sys

from finchat_sec_qa import config
from finchat_sec_qa.errors import FinChatError


def main() -> int:
    """Serve until SIGTERM or SIGINT; returns the exit status."""
    try:
        settings = config.load()
        from api.serve import serve  # noqa: PLC0415 - a wrong setting is told before the slow imports

        serve(settings)
    except FinChatError as error:
        sys.stderr.write(f"finchat api: {error}\n")
        return error.exit_code
    return 0


if __name__ == "__main__":
    sys.exit(main())
