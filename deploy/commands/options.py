"""What several commands take, and how they speak."""

import json
from collections.abc import Callable
from typing import Any

import click

from deploy.engine import Engine
from deploy.host import Host
from deploy.settings import Settings

environment = click.argument("environment")
as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


def hosts(settings: Settings, say: Callable[[str], None] | None = None) -> list[Host]:
    """The hosts of an environment, in turn. What happens is told on stderr."""
    told = say or (lambda text: click.echo(text, err=True))
    return [Host(settings, Engine(each, settings.limits.engine), told) for each in settings.hosts]


def show(found: Any) -> None:
    """Print JSON."""
    click.echo(json.dumps(found, indent=2, sort_keys=True, default=str))
