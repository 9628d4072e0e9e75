"""Everyone who might ask for something, and what the permission table lets them."""

from __future__ import annotations

from dataclasses import dataclass

from server.api.endpoint import Endpoint
from server.permissions import MINIMUM_ROLE, Role
from tests.drivers import Desk, Instance, Person, forged_token
from tests.drivers.person import PASSWORD

OK, UNAUTHORIZED, FORBIDDEN, NOT_FOUND = 200, 401, 403, 404


@dataclass(frozen=True)
class Caller:
    """`role` in Ana's workspace; None: no member, or a token that does not reach there."""

    name: str
    person: Person
    known: bool = True
    role: Role | None = None
    is_script: bool = False
    is_bound: bool = False
    """A token that is good for another workspace only."""
    reads_only: bool = False

    @property
    def is_user(self) -> bool:
        return self.known and not self.is_script

    def expected_of(self, operation: str, *, writes: bool) -> int:
        """What the table says of an operation in Ana's workspace."""
        if not self.known:
            return UNAUTHORIZED
        if self.role is None:
            return NOT_FOUND
        if (writes and self.reads_only) or self.role < MINIMUM_ROLE[operation]:
            return FORBIDDEN
        return OK

    def expected(self, endpoint: Endpoint) -> int:
        """What the table says, or where it is about no workspace, the endpoint of itself."""
        if not endpoint.caller.signed_in:
            return OK
        if endpoint.operation is not None:
            return self.expected_of(endpoint.operation, writes=endpoint.writes)
        if not self.known:
            return UNAUTHORIZED
        if endpoint.writes and (self.reads_only or self.is_bound):
            return FORBIDDEN
        if self.is_script and endpoint.name in FOR_USERS_THEMSELVES:
            return FORBIDDEN
        return OK


# A personal access token neither makes nor finds others, and knows no sessions.
FOR_USERS_THEMSELVES = {
    "create_token",
    "list_tokens",
    "delete_token",
    "list_sessions",
    "end_session",
    "logout_all",
    "change_password",
}


@dataclass(frozen=True)
class Cast:
    ana: Desk
    """Who owns the workspace and sets the scene; she is none of the callers."""
    callers: dict[str, Caller]

    def desk(self, caller: Caller) -> Desk:
        return self.ana.of(caller.person)

    def user_of(self, caller: Caller) -> Person:
        """Whom a token speaks for, by a session."""
        return caller.person if caller.is_user else self.callers["owner"].person


async def assembled(server: Instance) -> Cast:
    ana = await (await server.sign_up("Ana")).new_workspace()
    viewer, editor, admin, owner = [
        (await ana.admit_new(role, role.capitalize())).person
        for role in ("viewer", "editor", "admin", "owner")
    ]
    stranger = await server.sign_up("Stranger")
    await stranger.new_workspace("Elsewhere")
    elsewhere = await owner.new_workspace("Elsewhere")

    revoked = await server.sign_in(owner.email)
    await server.ask("POST", "/auth/logout", {"refresh_token": revoked.refresh_token})
    deleted = await owner.personal_token("write")
    for token in (await owner.get("/tokens")).json()["items"]:
        await owner.delete(f"/tokens/{token['id']}")

    bound = await owner.personal_token("read", "write", workspace_id=elsewhere.workspace_id)
    everyone = [
        Caller("anonymous", owner.with_token("nobody's"), known=False),
        Caller("expired", owner.with_token(run_out(owner)), known=False),
        Caller("revoked session", revoked, known=False),
        Caller("deleted token", deleted, known=False),
        Caller("stranger", stranger),
        Caller("token of another workspace", bound, is_script=True, is_bound=True),
        Caller(
            "token with the scope read",
            await owner.personal_token("read"),
            role=Role.OWNER,
            is_script=True,
            reads_only=True,
        ),
        Caller(
            "token with the scope write",
            await owner.personal_token("write"),
            role=Role.OWNER,
            is_script=True,
        ),
        Caller("viewer", viewer, role=Role.VIEWER),
        Caller("editor", editor, role=Role.EDITOR),
        Caller("admin", admin, role=Role.ADMIN),
        Caller("owner", owner, role=Role.OWNER),
    ]
    return Cast(ana, {caller.name: caller for caller in everyone})


def run_out(person: Person) -> str:
    return forged_token(person.id, sid=person.session_id, expires_in_s=-60)


async def fresh_session(person: Person) -> Person:
    """The same by another sign-in, to be used up."""
    return await person.instance.sign_in(person.email, PASSWORD)
