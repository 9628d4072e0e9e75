"""What puts somebody out, and what tells them so."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import NamedTuple

from tests.drivers import Desk, Instance
from tests.drivers.person import PASSWORD, Person


@dataclass(frozen=True)
class Scene:
    """Ben works on Ana's workspace, by a session that is to end, and is signed in elsewhere as well."""

    ana: Desk
    ben: Person
    """By the session, or the personal access token, that is to end."""
    elsewhere: Person
    """Ben by another session, which stays unless all end."""

    @property
    def desk(self) -> Desk:
        return self.ana.of(self.ben)


class Act(NamedTuple):
    """`code` closes the channel; `status` answers requests."""

    code: int
    status: int
    carry_out: Callable[[Scene], Awaitable[object]]


async def new_scene(instance: Instance, *, by_token: bool = False) -> Scene:
    ana = await (await instance.sign_up("Ana")).new_workspace()
    elsewhere = (await ana.admit_new("editor", "Ben")).person
    if by_token:
        return Scene(ana, await elsewhere.personal_token("write"), elsewhere)
    return Scene(ana, await instance.sign_in(elsewhere.email), elsewhere)


async def sign_out(scene: Scene) -> None:
    body = {"refresh_token": scene.ben.refresh_token}
    response = await scene.ben.instance.ask("POST", "/auth/logout", body)
    assert response.status_code == 204


async def sign_out_everywhere(scene: Scene) -> None:
    assert (await scene.elsewhere.post("/auth/logout-all")).status_code == 204


async def end_the_session_from_elsewhere(scene: Scene) -> None:
    listed = (await scene.ben.get("/auth/sessions")).json()["items"]
    (session,) = [session["id"] for session in listed if session["current"]]
    assert (await scene.elsewhere.delete(f"/auth/sessions/{session}")).status_code == 204


async def change_the_password(scene: Scene) -> None:
    body = {"current_password": PASSWORD, "new_password": "another one, as long"}
    response = await scene.elsewhere.post("/auth/password", body)
    assert response.status_code == 200, response.text


async def use_a_refresh_token_twice(scene: Scene) -> None:
    body = {"refresh_token": scene.ben.refresh_token}
    answers = [await scene.ben.instance.ask("POST", "/auth/refresh", body) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [200, 401]


async def delete_the_token(scene: Scene) -> None:
    (token,) = (await scene.elsewhere.get("/tokens")).json()["items"]
    assert (await scene.elsewhere.delete(f"/tokens/{token['id']}")).status_code == 204


async def remove_the_member(scene: Scene) -> None:
    assert (await scene.ana.delete(f"/members/{scene.ben.id}")).status_code == 204


async def delete_the_workspace(scene: Scene) -> None:
    assert (await scene.ana.delete()).status_code == 204


ACTS = {
    "sign out": Act(4401, 401, sign_out),
    "sign out everywhere": Act(4401, 401, sign_out_everywhere),
    "end the session from elsewhere": Act(4401, 401, end_the_session_from_elsewhere),
    "change the password": Act(4401, 401, change_the_password),
    "use a refresh token twice": Act(4401, 401, use_a_refresh_token_twice),
    "delete the token": Act(4401, 401, delete_the_token),
    "remove the member": Act(4403, 404, remove_the_member),
    "delete the workspace": Act(4404, 404, delete_the_workspace),
}
BY_TOKEN = ("delete the token",)
