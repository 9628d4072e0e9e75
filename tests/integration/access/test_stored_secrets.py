"""What lies in the database lets nobody in."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing

from tests.drivers import Instance


def everything_stored(instance: Instance) -> Iterator[str]:
    """Every text of every table."""
    path = instance.process.settings["DATABASE_URL"].removeprefix("sqlite:///")
    with closing(sqlite3.connect(path)) as database:
        tables = [
            name
            for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
        ]
        for table in tables:
            for row in database.execute(f'SELECT * FROM "{table}"'):
                yield from (value for value in row if isinstance(value, str))


async def test_no_secret_is_stored_as_it_is_used(unlimited: Instance) -> None:
    password = "a password that only this test has"
    ana = await unlimited.sign_up("Ana", password=password)
    desk = await ana.new_workspace()
    keyed = {"headers": {"Idempotency-Key": "kept-for-repetitions"}}
    invite = (await desk.post("/invites", {"role": "viewer"}, **keyed)).json()
    draft = {"name": "script", "scopes": ["read"]}
    token = (await ana.post("/tokens", draft, headers={"Idempotency-Key": "another"})).json()
    hook = {"url": "https://hooks.example.com/", "events": ["*"], "enabled": False}
    webhook = (await desk.post("/webhooks", hook)).json()
    body = {"refresh_token": ana.refresh_token}
    refreshed = (await unlimited.ask("POST", "/auth/refresh", body)).json()
    secrets = {
        "password": password,
        "access token": refreshed["access_token"],
        "refresh token": refreshed["refresh_token"],
        "first refresh token": ana.refresh_token,
        "invite code": invite["code"],
        "personal access token": token["token"],
        "secret of a webhook": webhook["secret"],
        "server's key": unlimited.process.settings["JWT_SECRET_KEY"],
    }

    stored = "\n".join(everything_stored(unlimited))

    assert ana.id in stored
    for name, secret in secrets.items():
        assert secret not in stored, name
        assert secret.removeprefix("cfp_").removeprefix("whsec_") not in stored, name
