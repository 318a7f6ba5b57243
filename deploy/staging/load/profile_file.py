"""Where the profile is, for who may not import it: locust changes the sockets of the whole process."""

from pathlib import Path

PROFILE = Path(__file__).with_name("profile.py")
PAGES = "pages"  # the tag of what is asked of the pages
TOKEN = "LOAD_TOKEN"  # noqa: S105 - the variable that has it; others could read a command line
