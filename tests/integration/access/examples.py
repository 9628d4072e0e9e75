"""A request or command of every kind that would succeed for whoever may send it."""

from __future__ import annotations

import itertools
import re
from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Any

from tests.drivers import Json, Person
from tests.drivers.person import PASSWORD
from tests.integration.access.cast import Caller, Cast, fresh_session
from tests.integration.assistant.asking import answer

_numbers = itertools.count(1)
NAMED = {"name": "Acme"}
HOOK = {"url": "http://127.0.0.1:9/nobody-listens", "events": ["client.*"], "enabled": False}


class Scenery:
    """What stands in Ana's workspace and is asked for by its name in paths, made when first asked for."""

    def __init__(self, cast: Cast) -> None:
        self._cast = cast
        self._ana = cast.ana
        self._made = {"workspace_id": cast.ana.workspace_id}

    async def ids(self, names: Iterable[str], caller: Caller) -> dict[str, str]:
        found = {"number": str(next(_numbers))}
        for name in names:
            if name in found:
                continue
            if name in ("token_id", "session_id"):
                found[name] = await getattr(self, f"_{name}")(self._cast.user_of(caller))
                continue
            if name not in self._made:
                self._made[name] = await getattr(self, f"_{name}")()
            found[name] = self._made[name]
        return found

    def used(self, operation: str) -> None:
        """It succeeded: what that uses up is made anew for the next."""
        for name in USED_UP.get(operation, ()):
            self._made.pop(name, None)

    async def _client_id(self) -> str:
        return str((await self._ana.create_client())["id"])

    async def _deleted_client_id(self) -> str:
        client_id = await self._client_id()
        await self._ana.delete(f"/clients/{client_id}")
        return client_id

    async def _stage_id(self) -> str:
        response = await self._ana.post("/stages", {"name": f"Stage {next(_numbers)}"})
        return str(response.json()["id"])

    async def _user_id(self) -> str:
        return (await self._ana.admit_new("viewer", "Third")).person.id

    async def _invite_id(self) -> str:
        return str((await self._ana.invite(role="viewer"))["id"])

    async def _code(self) -> str:
        """Of another workspace of Ana's: whoever has a code may come in."""
        other = await self._ana.person.new_workspace("Other")
        return str((await other.invite(role="viewer"))["code"])

    async def _message_id(self) -> str:
        """Of the viewer, who may stop it; the others may because they are editors at least."""
        client_id = (await self._ana.create_client(stage="won"))["id"]
        viewer = self._cast.desk(self._cast.callers["viewer"])
        message = await answer(viewer, "Move this client to lead", client_id=client_id)
        self._made["proposal_id"] = message["proposals"][0]["id"]
        return str(message["id"])

    async def _webhook_id(self) -> str:
        response = await self._ana.post("/webhooks", HOOK)
        return str(response.json()["id"])

    async def _delivery_id(self) -> str:
        response = await self._ana.post(f"/webhooks/{self._made['webhook_id']}/test")
        assert response.status_code == 202, response.text
        return str(response.json()["id"])

    async def _token_id(self, user: Person) -> str:
        response = await user.post("/tokens", {"name": "script", "scopes": ["read"]})
        return str(response.json()["id"])

    async def _session_id(self, user: Person) -> str:
        sessions = (await (await fresh_session(user)).get("/auth/sessions")).json()["items"]
        return str(next(session["id"] for session in sessions if session["current"]))


# What a success uses up, so that the next one needs another: by the permission table's name, or the endpoint's.
USED_UP = {
    "client.delete": ("client_id",),
    "client.restore": ("deleted_client_id",),
    "stage.delete": ("stage_id",),
    "member.remove": ("user_id",),
    "invite.delete": ("invite_id",),
    "accept_invite": ("code",),
    "assistant.apply": ("message_id",),
    "assistant.dismiss": ("message_id",),
    "webhook.delete": ("webhook_id", "delivery_id"),
}

# Whoever may is let in and told this: what there is to send again is a test, which told of no change.
LET_IN_AND_TOLD = {"webhook.redeliver": 409}

Body = Callable[[Person], Awaitable[Json | bytes]]


def _always(raw: bytes = b"", **body: Any) -> Body:
    async def give(person: Person) -> Json | bytes:
        return raw or body

    return give


async def _somebody_new(person: Person) -> Json:
    return {**NAMED, "email": f"new-{next(_numbers)}@example.com", "password": PASSWORD}


async def _a_new_stage(person: Person) -> Json:
    return {"name": f"Stage {next(_numbers)}"}


async def _credentials(person: Person) -> Json:
    return {"email": person.email, "password": PASSWORD}


async def _refresh_token(person: Person) -> Json:
    return {"refresh_token": (await fresh_session(person)).refresh_token}


# By the endpoint's name: a body that it takes. One that takes a body and is missing here fails the walk.
BODIES: dict[str, Body] = {
    "register": _somebody_new,
    "login": _credentials,
    "refresh": _refresh_token,
    "logout": _refresh_token,
    "change_password": _always(current_password=PASSWORD, new_password=PASSWORD),
    "create_token": _always(name="script", scopes=["read"]),
    "create_workspace": _always(**NAMED),
    "update_workspace": _always(**NAMED),
    "create_stage": _a_new_stage,
    "update_stage": _always(name="Hot"),
    "update_member": _always(role="viewer"),
    "create_invite": _always(role="viewer"),
    "create_client": _always(**NAMED),
    "bulk_clients": _always(operations=[{"op": "client.create", "data": NAMED}]),
    "update_client": _always(**NAMED),
    "create_comment": _always(body="Called."),
    "ask": _always(prompt="hello"),
    "import_clients": _always(b"name\nAcme\n"),
    "create_webhook": _always(**HOOK),
    "update_webhook": _always(description="New"),
    "replay_webhook": _always(since=0),
}


# By the command's name on the wire: its fields, where {…} is something of the scenery.
COMMANDS: dict[str, Json] = {
    "client.create": {"data": NAMED},
    "client.update": {"client_id": "{client_id}", "data": NAMED},
    "client.delete": {"client_id": "{client_id}"},
    "client.restore": {"client_id": "{deleted_client_id}"},
    "client.bulk": {"operations": [{"op": "client.create", "data": NAMED}]},
    "client.import": {"match": "none", "rows": [NAMED]},
    "comment.create": {"client_id": "{client_id}", "data": {"body": "Called."}},
    "stage.create": {"data": {"name": "Stage {number}"}},
    "stage.update": {"stage_id": "{stage_id}", "data": {"name": "Hot"}},
    "stage.delete": {"stage_id": "{stage_id}"},
    "member.update": {"user_id": "{user_id}", "data": {"role": "viewer"}},
    "member.remove": {"user_id": "{user_id}"},
    "invite.create": {"data": {"role": "viewer"}},
    "invite.delete": {"invite_id": "{invite_id}"},
    "workspace.update": {"data": NAMED},
    "workspace.delete": {},
    "assistant.ask": {"data": {"prompt": "hello"}},
    "assistant.cancel": {"data": {"message_id": "{message_id}"}},
    "assistant.apply": {"data": {"message_id": "{message_id}", "proposal_id": "{proposal_id}"}},
    "assistant.dismiss": {"data": {"message_id": "{message_id}", "proposal_id": "{proposal_id}"}},
    "webhook.create": {"data": HOOK},
    "webhook.update": {"webhook_id": "{webhook_id}", "data": {"description": "New"}},
    "webhook.delete": {"webhook_id": "{webhook_id}"},
    "webhook.rotate": {"webhook_id": "{webhook_id}"},
    "webhook.test": {"webhook_id": "{webhook_id}"},
    "webhook.redeliver": {"webhook_id": "{webhook_id}", "delivery_id": "{delivery_id}"},
    "webhook.replay": {"webhook_id": "{webhook_id}", "data": {"since": 0}},
}


def parameters_of(text: str) -> list[str]:
    """The names that stand in braces, in their order."""
    return list(dict.fromkeys(re.findall(r"\{([a-z_]+)\}", text)))


def filled(value: Any, ids: Mapping[str, str]) -> Any:
    """The same with ids in the place of the names in braces."""
    if isinstance(value, dict):
        return {name: filled(each, ids) for name, each in value.items()}
    if isinstance(value, list):
        return [filled(each, ids) for each in value]
    return value.format(**ids) if isinstance(value, str) else value
