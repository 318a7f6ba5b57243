"""The checks of a release, in their order: cheap ones first."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from delivery.release import licences, texts
from delivery.release.model import Found, NotCheckedError
from delivery.release.programs import Programs, Ran

PYTHON = ".venv/bin/python"
IMAGES = ("api", "webapp")
NOT_CHECKED = 4  # the exit code by which scripts say it


@dataclass(frozen=True, slots=True)
class Release:
    """What is checked: a checkout at a commit, as a version without "v".

    `registry` has the published images, "" before there are any. `shared`: with the tests that need the
    folder of real filings beside the checkout.
    """

    root: Path
    revision: str
    version: str
    today: date
    programs: Programs
    registry: str = ""
    shared: bool = True


Look = Callable[[Release], Found]


def tree(wanted: Release) -> Found:
    """Nothing is in the checkout that no commit holds."""
    changed = _lines(_asked(wanted, "tree", "git", "status", "--porcelain"))
    shown = ", ".join(line[3:] for line in changed[:5])
    more = f" and {len(changed) - 5} more" if len(changed) > 5 else ""
    return Found(f"commit {wanted.revision[:12]}", (f"not committed: {shown}{more}",) if changed else ())


def version(wanted: Release) -> Found:
    """All files name the same version; its tag, where there is one, names this commit."""
    faults = list(texts.other_versions(wanted.root, wanted.version))
    tag = f"v{wanted.version}"
    line = ("git", "rev-parse", "--verify", "--quiet", f"refs/tags/{tag}^{{commit}}")
    tagged = wanted.programs.run("version", line)
    if tagged.code == 0 and tagged.text.strip() != wanted.revision:
        faults.append(f"the tag {tag} is on another commit, {tagged.text.strip()[:12]}; raise the version")
    return Found(f"{wanted.version} everywhere", tuple(faults))


def changelog(wanted: Release) -> Found:
    """The changelog tells of the version."""
    text = (wanted.root / "CHANGELOG.md").read_text(encoding="utf-8")
    return Found(
        f"it tells of {wanted.version}", tuple(texts.changelog_faults(text, wanted.version, wanted.today))
    )


def lint(wanted: Release) -> Found:
    """`make lint`."""
    return _made(wanted, "lint", "make", "lint")


def types(wanted: Release) -> Found:
    """`make typecheck`."""
    return _made(wanted, "types", "make", "typecheck")


def tests(wanted: Release) -> Found:
    """`make test`; nothing may be skipped (CI=true)."""
    chosen = () if wanted.shared else ("ARGS=-m 'not shared'",)
    return _made(wanted, "tests", "make", "test", *chosen, CI="true")


def package(wanted: Release) -> Found:
    """`make build`: wheel and sdist are of the version."""
    found = _made(wanted, "package", "make", "build")
    names = [f"finchat_sec_qa-{wanted.version}{end}" for end in ("-py3-none-any.whl", ".tar.gz")]
    missing = [f"dist/{name} was not built" for name in names if not (wanted.root / "dist" / name).is_file()]
    return Found(", ".join(names), (*found.faults, *missing))


def images(wanted: Release) -> Found:
    """`make validate check-attestations`: checks inside the build; images that say what they are made of."""
    _need_docker(wanted, "images")
    return _made(wanted, "images", "make", "validate", "check-attestations")


def reproducible(wanted: Release) -> Found:
    """The published images rebuilt from their provenance, or the commit built twice: the same bytes."""
    _need_docker(wanted, "reproducible")
    if not wanted.registry:
        proofs = _proofs(wanted, "--twice", "--revision", wanted.revision)
        built = {name: proofs[name]["first"][name] for name in IMAGES if name in proofs}
        told = f"{', '.join(proofs)}: built twice to the same bytes"
    else:
        built = {}
        for image in IMAGES:
            reference = f"{wanted.registry.rstrip('/')}/finchat-sec-qa-{image}:{wanted.version}"
            (proof,) = _proofs(wanted, reference).values()
            (built[image],) = proof["first"].values()
        told = f"{wanted.registry}: published and rebuilt images are the same bytes"
    missing = tuple(f"nothing was proved of {image}" for image in IMAGES if image not in built)
    return Found(told, missing, tuple(sorted(built.items())))


def sboms(wanted: Release) -> Found:
    """`make sbom`."""
    for old in _bills(wanted):
        old.unlink(missing_ok=True)
    found = _made(wanted, "sboms", "make", "sbom")
    missing = [
        f"{each.relative_to(wanted.root)} was not written" for each in _bills(wanted) if not each.is_file()
    ]
    return Found(found.detail, (*found.faults, *missing))


def licence_rules(wanted: Release) -> Found:
    """Every package in the SBOMs has a licence that we may ship."""
    bills = _bills(wanted)
    absent = [each.name for each in bills if not each.is_file()]
    if absent:
        raise NotCheckedError(f"there is no {', '.join(absent)} in dist/sbom; the check `sboms` writes them")
    found = {name: licence for bill in bills for name, licence in licences.packages(bill).items()}
    return Found(f"{len(found)} packages", tuple(licences.faults(found, licences.rules())))


def scans(wanted: Release) -> Found:
    """The security scan, strictly: what it could not look at is not clean."""
    _need_docker(wanted, "scans")
    ran = wanted.programs.run("scans", (PYTHON, "-m", "scripts.security_scan", "--strict"))
    if ran.code == NOT_CHECKED:
        raise NotCheckedError(
            "a scanner could not look; its log and .make/security say which, and what to install"
        )
    return _judged(ran, "no finding")


def docs(wanted: Release) -> Found:
    """`make docs` writes what is committed."""
    if _lines(_asked(wanted, "docs", "git", "status", "--porcelain")):
        raise NotCheckedError("the checkout has changes, so nobody could tell what `make docs` changes")
    found = _made(wanted, "docs", "make", "docs")
    changed = [line[3:] for line in _lines(_asked(wanted, "docs", "git", "status", "--porcelain"))]
    faults = [f"out of date: {', '.join(changed)}; commit what `make docs` wrote"] if changed else []
    return Found("generated pages are as committed", (*found.faults, *faults))


CHECKS: Mapping[str, Look] = {
    "tree": tree,
    "version": version,
    "changelog": changelog,
    "lint": lint,
    "types": types,
    "docs": docs,
    "package": package,
    "images": images,
    "tests": tests,
    "sboms": sboms,
    "licences": licence_rules,
    "scans": scans,
    "reproducible": reproducible,
}


def _made(wanted: Release, name: str, *line: str, **variables: str) -> Found:
    return _judged(wanted.programs.run(name, line, **variables), f"{' '.join(line)}")


def _judged(ran: Ran, told: str) -> Found:
    return Found(told, () if ran.code == 0 else (f"exit code {ran.code}: {ran.last}",))


def _asked(wanted: Release, name: str, *line: str) -> str:
    """What a program prints. Raises NotCheckedError when it fails."""
    ran = wanted.programs.run(name, line)
    if ran.code:
        raise NotCheckedError(f"{' '.join(line)}: exit code {ran.code}: {ran.last}")
    return ran.text


def _need_docker(wanted: Release, name: str) -> None:
    _asked(wanted, name, "docker", "info", "--format", "{{.ServerVersion}}")


def _proofs(wanted: Release, *what: str) -> dict[str, dict[str, dict[str, str]]]:
    """The proofs by name. Raises NotCheckedError when nothing could be proved, ValueError for others."""
    line: Sequence[str] = (PYTHON, "-m", "scripts.reproduce", *what, "--json")
    ran = wanted.programs.run("reproducible", line)
    if ran.code == NOT_CHECKED:
        raise NotCheckedError(f"nothing could be proved: {ran.text.strip()[:300] or ran.last}")
    if ran.code:
        raise ValueError(f"{' '.join(what)}: not the same bytes; the log names the files")
    return {each["name"]: each for each in json.loads(ran.text)["proofs"]}


def _bills(wanted: Release) -> list[Path]:
    return [wanted.root / "dist" / "sbom" / f"finchat-sec-qa-{image}.spdx.json" for image in IMAGES]


def _lines(text: str) -> list[str]:
    return [line for line in text.splitlines() if line.strip()]
