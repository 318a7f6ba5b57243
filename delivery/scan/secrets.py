"""Secrets in the working tree and in the whole history."""

import tempfile
from pathlib import Path

from delivery.scan.detect import Hit, detect
from delivery.scan.history import Text, write_texts
from delivery.scan.model import Finding, Outcome, Scope, Severity


class Secrets:
    """detect-secrets over each distinct text. A secret is reported once per path, where it is now if it is.

    Files that detect-secrets knows as locks of a package manager are left out: they are digests only.
    """

    name = "secrets"
    needs = "a git repository with its history"

    def run(self, scope: Scope) -> Outcome:
        """Look at everything; see `Check`."""
        with tempfile.TemporaryDirectory(prefix="finchat-scan-") as folder:
            read = write_texts(scope.tools, Path(folder))
            texts = {text.file: text for text in read.texts}
            hits = sorted(
                detect(list(texts)), key=lambda hit: (bool(texts[hit.file].blob), hit.file, hit.line)
            )
        first: dict[tuple[str, str, str], Finding] = {}
        for hit in hits:
            text = texts[hit.file]
            first.setdefault((text.path, hit.kind, hit.sha1), self._finding(text, hit))
        said = f"{read.files} files and {read.blobs} blobs of the history, {len(texts)} distinct texts"
        return Outcome(tuple(sorted(first.values())), looked_at=said)

    def _finding(self, text: Text, hit: Hit) -> Finding:
        line = text.numbers[hit.line - 1]
        mark = f"{hit.kind}, SHA-1 {hit.sha1[:12]}"
        if not text.blob:
            message = f"looks like a secret ({mark}); take it out, and replace it where it is used"
            return Finding(self.name, text.path, line, hit.kind, message, Severity.HIGH)
        message = (
            f"looks like a secret ({mark}), line {line} of blob {text.blob[:12]} in the history; "
            f"replace it where it is used: `git log --find-object={text.blob[:12]}` shows the commits"
        )
        return Finding(self.name, text.path, 0, hit.kind, message, Severity.HIGH)
