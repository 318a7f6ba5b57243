"""The pages over an API in memory."""

import pytest
from flask.testing import FlaskClient

from finchat_sec_qa.config import Settings
from tests.unit.webapp.fake_api import FakeApi, api_with_answers
from webapp.app import create_app


@pytest.fixture
def api() -> FakeApi:
    return api_with_answers()


@pytest.fixture
def web(api: FakeApi) -> FlaskClient:
    return create_app(Settings(), api.client()).test_client()
