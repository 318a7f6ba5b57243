"""Which files of a package make a store: found from what its modules import, so that no list can be stale."""

import ast
from collections.abc import Iterable, Iterator
from pathlib import Path

NOT_DATA = {".py", ".pyc"}


def files_behind(root: Path, modules: Iterable[str]) -> list[Path]:
    """The modules, all of the same package that they import, and the data files beside those; sorted.

    `root` is the folder that holds the package; modules are dotted names. Imports inside functions count.
    """
    found: set[Path] = set()
    left = list(modules)
    seen: set[str] = set()
    while left:
        name = left.pop()
        path = _file(root, name)
        if name in seen or path is None:
            continue
        seen.add(name)
        found.add(path)
        found.update(_data_beside(path))
        # importing a.b.c runs a and a.b first
        left += [*_imports(path, name.partition(".")[0]), *filter(None, [name.rpartition(".")[0]])]
    return sorted(found)


def _file(root: Path, name: str) -> Path | None:
    """The module's file; None where the name is that of a value in one."""
    path = root.joinpath(*name.split("."))
    if (path / "__init__.py").is_file():
        return path / "__init__.py"
    return path.with_suffix(".py") if path.with_suffix(".py").is_file() else None


def _imports(path: Path, package: str) -> Iterator[str]:
    """Names that a module imports from its own package; each may be a module or a value in one."""
    for node in _run(ast.parse(path.read_bytes())):
        if isinstance(node, ast.Import):
            yield from (each.name for each in node.names if each.name.split(".")[0] == package)
        elif isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == package:
            yield str(node.module)
            yield from (f"{node.module}.{each.name}" for each in node.names)


def _run(tree: ast.AST) -> Iterator[ast.AST]:
    """All nodes but those that only type checkers read."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING":
            continue
        yield node
        yield from _run(node)


def _data_beside(path: Path) -> Iterator[Path]:
    """Files that a module may read: they lie in its own folder."""
    for each in path.parent.iterdir():
        if each.is_file() and each.suffix not in NOT_DATA:
            yield each
