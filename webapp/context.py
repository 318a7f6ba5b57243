"""What the pages of the running app share: client, settings, catalog, examples and metrics."""

from dataclasses import dataclass
from typing import cast

from flask import Flask, current_app

from finchat_sec_qa.client import FinChatClient
from finchat_sec_qa.config import Settings
from finchat_sec_qa.telemetry.web import WebMetrics
from webapp.catalog import CatalogReader
from webapp.examples import Examples

_KEY = "finchat"


@dataclass(frozen=True, slots=True)
class Context:
    """Made once per app by `create_app`."""

    client: FinChatClient
    settings: Settings
    catalog: CatalogReader
    examples: Examples
    metrics: WebMetrics


def set_context(app: Flask, context: Context) -> None:
    """Give the app its context."""
    app.extensions[_KEY] = context


def context() -> Context:
    """The context of the app that serves the present request."""
    return cast(Context, current_app.extensions[_KEY])
