"""Users of an image: it runs as an ordinary one, and nobody can log in."""

from collections.abc import Iterator

from delivery.scan.image import Image
from delivery.scan.inside import each
from delivery.scan.model import Finding, Outcome, Scope, Severity

NO_LOGIN = {"nologin", "false", "sync"}  # sync only writes buffers to disk
PASSWD_FIELDS = 7


class ImageUsers:
    """The configured user, login shells, second roots and passwords."""

    name = "image-users"
    needs = "images, from the Docker engine or as tars"

    def run(self, scope: Scope) -> Outcome:
        """Look at every image; see `Check`."""
        return each(scope, self._look)

    def _look(self, image: Image) -> Outcome:
        rows = [line.split(":") for line in (image.text("etc/passwd") or "").splitlines() if line]
        rows = [row for row in rows if len(row) == PASSWD_FIELDS]
        found = [*self._configured(image, rows), *self._accounts(image, rows), *self._passwords(image)]
        return Outcome(tuple(found), looked_at=f"{image.name}: {len(rows)} accounts")

    def _configured(self, image: Image, rows: list[list[str]]) -> Iterator[Finding]:
        user = image.config.user.split(":")[0]
        uids = {row[0]: row[2] for row in rows}
        if user in {"", "0"} or uids.get(user) == "0":
            message = (
                f"containers run as {user or 'root, since no USER is set'}; set USER to one with uid > 0"
            )
            yield Finding(self.name, f"{image.name} USER", 0, "runs-as-root", message, Severity.HIGH)

    def _accounts(self, image: Image, rows: list[list[str]]) -> Iterator[Finding]:
        place = f"{image.name} /etc/passwd"
        for number, (user, password, uid, *_, shell) in enumerate(rows, start=1):
            if shell.rsplit("/", 1)[-1] not in NO_LOGIN:
                message = f"{user} has the login shell {shell or '/bin/sh, since none is named'}; set nologin"
                yield Finding(self.name, place, number, "login-shell", message, Severity.MEDIUM)
            if uid == "0" and user != "root":
                yield Finding(self.name, place, number, "second-root", f"{user} has uid 0", Severity.HIGH)
            if not password:
                message = f"{user} needs no password"
                yield Finding(self.name, place, number, "no-password", message, Severity.HIGH)

    def _passwords(self, image: Image) -> Iterator[Finding]:
        place = f"{image.name} /etc/shadow"
        for number, line in enumerate((image.text("etc/shadow") or "").splitlines(), start=1):
            user, _, rest = line.partition(":")
            password = rest.split(":")[0]
            if not password.startswith(("*", "!")):
                message = f"{user} can log in with {'a' if password else 'no'} password; lock the account"
                yield Finding(self.name, place, number, "password", message, Severity.HIGH)
