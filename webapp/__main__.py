"""`python -m webapp`: serve the web pages as the FINCHAT_* variables say."""

import sys

from finchat_sec_qa import config
from finchat_sec_qa.errors import FinChatError


def main() -> int:
    """Serve until SIGTERM or SIGINT; returns the exit status."""
    try:
        settings = config.load()
        from webapp.serve import serve  # noqa: PLC0415 - a wrong setting is told before the slow imports

        serve(settings)
    except FinChatError as error:
        sys.stderr.write(f"finchat web: {error}\n")
        return error.exit_code
    return 0


if __name__ == "__main__":
    sys.exit(main())
