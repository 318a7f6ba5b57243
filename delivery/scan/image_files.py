"""Files of an image: none that raises rights, none that everybody may write, nothing private."""

import posixpath
from collections.abc import Iterator

from delivery.oci.tree import File
from delivery.scan.image import Image
from delivery.scan.inside import each
from delivery.scan.model import Finding, Outcome, Scope, Severity

SET_ID, STICKY, WRITABLE = 0o6000, 0o1000, 0o002
# A container gets device files of its own, whatever the image has.
OWN_FOLDERS = ("dev/",)
PRIVATE_NAMES = {
    ".env", ".netrc", ".npmrc", ".pypirc", ".git-credentials", ".bash_history", ".python_history",
    "id_rsa", "id_ecdsa", "id_ed25519",
}  # fmt: skip
PRIVATE_ENDINGS = (".git/config", ".docker/config.json", ".aws/credentials", ".kube/config")


class ImageFiles:
    """Setuid and setgid programs, world-writable files and folders, and files that are somebody's own."""

    name = "image-files"
    needs = "images, from the Docker engine or as tars"

    def run(self, scope: Scope) -> Outcome:
        """Look at every image; see `Check`."""
        return each(scope, self._look)

    def _look(self, image: Image) -> Outcome:
        found = [
            *(f for entry in image.entries.values() for f in self._modes(image, entry)),
            *self._private(image),
        ]
        return Outcome(tuple(found), looked_at=f"{image.name}: {len(image.entries)} files")

    def _modes(self, image: Image, entry: File) -> Iterator[Finding]:
        if entry.path.startswith(OWN_FOLDERS):
            return
        is_file = entry.kind in {"file", "hardlink"}
        if is_file and entry.mode & SET_ID:
            message = f"mode {entry.mode:04o}: runs with rights of its owner or group; remove it or chmod a-s"
            yield self._finding(image, entry.path, "setuid", message, Severity.HIGH)
        # A sticky folder (/tmp) lets nobody touch another's files.
        open_folder = entry.kind == "directory" and not entry.mode & STICKY
        if entry.mode & WRITABLE and (is_file or open_folder):
            message = f"mode {entry.mode:04o}: everybody may write it; chmod o-w"
            yield self._finding(image, entry.path, "world-writable", message, Severity.HIGH)

    def _private(self, image: Image) -> Iterator[Finding]:
        for path in sorted(image.all_paths):
            private = posixpath.basename(path) in PRIVATE_NAMES or f"/{path}".endswith(PRIVATE_ENDINGS)
            if private:
                hidden = "" if path in image.entries else ", in a layer that a later one hides"
                message = f"a private file{hidden}; keep it out of the build's context and steps"
                yield self._finding(image, path, "private-file", message, Severity.HIGH)

    def _finding(self, image: Image, path: str, rule: str, message: str, severity: Severity) -> Finding:
        return Finding(self.name, f"{image.name} /{path}", 0, rule, message, severity)
