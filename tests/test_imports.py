"""Imports point one way (DESIGN, section 3)."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent

# What a floor must not know: the floors above it.
FORBIDDEN = {
    "workflows": ("sopdesk", "tickets"),
    "tickets": ("sopdesk",),
    "tickets.models": ("tickets.notifications", "tickets.actions", "tickets.forms", "tickets.tasks", "tickets.views"),
    "tickets.rules": ("tickets.actions", "tickets.forms", "tickets.tasks", "tickets.views"),
    "tickets.limits": ("tickets.notifications", "tickets.actions", "tickets.forms", "tickets.tasks", "tickets.views"),
    "tickets.tallies": ("tickets.notifications", "tickets.actions", "tickets.forms", "tickets.tasks", "tickets.views"),
    "tickets.reports": ("tickets.actions", "tickets.forms", "tickets.tasks", "tickets.views"),
    "tickets.notifications": ("tickets.actions", "tickets.forms", "tickets.tasks", "tickets.views"),
    "tickets.actions": ("tickets.forms", "tickets.tasks", "tickets.views", "tickets.api"),
    "tickets.sweep": ("tickets.forms", "tickets.tasks", "tickets.views", "tickets.api"),
    "tickets.calendar_changes": ("tickets.forms", "tickets.tasks", "tickets.views", "tickets.api"),
    "tickets.health": ("tickets.forms", "tickets.tasks", "tickets.views", "tickets.api"),
    "tickets.accounts": ("tickets.forms", "tickets.tasks", "tickets.views", "tickets.api"),
    "tickets.leaving": ("tickets.forms", "tickets.tasks", "tickets.views", "tickets.api"),
    "tickets.units": ("tickets.forms", "tickets.tasks", "tickets.views", "tickets.api"),
    "tickets.staff_lists": ("tickets.actions", "tickets.forms", "tickets.tasks", "tickets.views", "tickets.api"),
    "tickets.staff_imports": ("tickets.tasks", "tickets.views", "tickets.api"),
    "tickets.forms": ("tickets.tasks", "tickets.views", "tickets.api"),
    "tickets.exports": ("tickets.actions", "tickets.tasks", "tickets.views", "tickets.api"),
    "tickets.views": ("tickets.tasks", "tickets.api"),
}


def imports_of(path):
    """Every module a file imports, by its full name, also inside functions."""
    package = path.relative_to(ROOT).with_suffix("").parts[:-1]
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            start = package[: len(package) - node.level + 1] if node.level else ()
            module = ".".join([*start, *filter(None, [node.module])])
            yield module
            yield from (f"{module}.{alias.name}" for alias in node.names)


def files_of(module):
    path = ROOT.joinpath(*module.split("."))
    files = sorted(path.rglob("*.py")) if path.is_dir() else [path.with_suffix(".py")]
    return [file for file in files if file.exists()]


def within(name, module):
    return name == module or name.startswith(f"{module}.")


@pytest.mark.parametrize("floor", FORBIDDEN)
def test_a_floor_imports_nothing_of_the_floors_above_it(floor):
    above = FORBIDDEN[floor]

    wrong = [
        f"{file.relative_to(ROOT)} imports {name}"
        for file in files_of(floor)
        for name in imports_of(file)
        if any(within(name, module) for module in above)
    ]

    assert wrong == []


def test_an_import_inside_a_function_and_a_relative_one_are_seen(tmp_path, monkeypatch):
    monkeypatch.setattr(f"{__name__}.ROOT", tmp_path)
    file = tmp_path / "tickets" / "models" / "people.py"
    file.parent.mkdir(parents=True)
    file.write_text("def late():\n    from .. import actions\n    import sopdesk.settings\n")

    names = set(imports_of(file))

    assert names == {"tickets", "tickets.actions", "sopdesk.settings"}
