"""What callers type, checked before it is read."""

from finchat_sec_qa.errors import UsageError
from finchat_sec_qa.model.request import MAX_QUESTION


def on_one_line(text: str, what: str) -> str:
    """`text` with its blanks made single. `what` names it in errors: "question", "query".

    Raises UsageError when it is empty, too long, or holds half characters, which no text in Unicode does.
    """
    line = " ".join(text.split())
    if not line:
        raise UsageError(f"the {what} is empty")
    if len(line) > MAX_QUESTION:
        raise UsageError(f"the {what} has {len(line)} characters; at most {MAX_QUESTION} are read")
    if not line.isprintable() and any("\ud800" <= char <= "\udfff" for char in line):
        raise UsageError(f"the {what} is not valid Unicode text; send it as UTF-8")
    return line
