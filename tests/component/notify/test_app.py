from collections.abc import Sequence
from pathlib import Path

import pytest
from pydantic import SecretStr

from chassis.runtime.app import Context
from chassis.runtime.bus.record import Message
from chassis.runtime.settings import Settings, SettingsError
from chassis.runtime.store.mongo import MongoStore
from contracts.topics import OWNERS
from contracts.watermarks import NotifyPassed
from services.notify.app import build


async def nowhere(messages: Sequence[Message]) -> None:
    raise AssertionError(messages)


def context(tmp_path: Path) -> Context:
    settings = Settings(home=tmp_path, service_token=SecretStr("secret"))
    return Context(settings, MongoStore("mongodb://127.0.0.1:1", "notify"), nowhere)


@pytest.mark.parametrize(("smtp", "sms"), [("", ""), ("smtp://127.0.0.1:25", "http://127.0.0.1/send")])
async def test_it_is_wired(smtp: str, sms: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LIENTHONG_SMTP", smtp)
    monkeypatch.setenv("LIENTHONG_SMS", sms)
    app = build(context(tmp_path))
    assert app.service.perform is not None
    assert {*app.service.emits, NotifyPassed} == set(OWNERS["notify"])
    await app.close()


def test_a_wrong_setting_stops_it_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LIENTHONG_SMTP", "127.0.0.1:25")
    with pytest.raises(SettingsError, match="LIENTHONG_SMTP"):
        build(context(tmp_path))
