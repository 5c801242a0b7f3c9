"""The book's commands speak English here, whatever the machine speaks, unless a test says otherwise."""

import pytest


@pytest.fixture(autouse=True)
def in_english(monkeypatch):
    monkeypatch.setenv("LC_ALL", "C")
