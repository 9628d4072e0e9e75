"""Who may do what: one table, for REST and the channel alike."""

from typing import get_args

import pytest

from realtime import messages
from realtime.messages import AnyCommand, DeleteWorkspace, RemoveMember, UpdateClient
from server.errors import Forbidden
from server.permissions import MINIMUM_ROLE, Role, authorise, command_name, operation_of

VIEWER, EDITOR, ADMIN, OWNER = Role
COMMANDS = {kind.__struct_config__.tag for kind in get_args(AnyCommand)}
READS = {"workspace.read", "invite.read", "webhook.read"}

MAY = {
    "workspace.read": VIEWER,
    "workspace.update": ADMIN,
    "workspace.delete": OWNER,
    "member.leave": VIEWER,
    "member.update": ADMIN,
    "member.remove": ADMIN,
    "invite.read": ADMIN,
    "invite.create": ADMIN,
    "invite.delete": ADMIN,
    "stage.create": ADMIN,
    "stage.update": ADMIN,
    "stage.delete": ADMIN,
    "client.create": EDITOR,
    "client.update": EDITOR,
    "client.delete": EDITOR,
    "client.restore": EDITOR,
    "client.bulk": EDITOR,
    "client.import": EDITOR,
    "comment.create": EDITOR,
    "assistant.ask": VIEWER,
    "assistant.cancel": VIEWER,
    "assistant.apply": EDITOR,
    "assistant.dismiss": EDITOR,
    "webhook.read": ADMIN,
    "webhook.create": ADMIN,
    "webhook.update": ADMIN,
    "webhook.delete": ADMIN,
    "webhook.rotate": ADMIN,
    "webhook.test": ADMIN,
    "webhook.redeliver": ADMIN,
    "webhook.replay": ADMIN,
}


def allowed(role: Role, operation: str) -> bool:
    try:
        authorise(role, operation)
    except Forbidden:
        return False
    return True


def test_there_is_no_other_operation() -> None:
    assert MINIMUM_ROLE.keys() == MAY.keys()


def test_every_command_has_a_row_in_the_table() -> None:
    assert set(MINIMUM_ROLE) >= COMMANDS


def test_the_table_holds_nothing_but_commands_reads_and_leaving() -> None:
    assert set(MINIMUM_ROLE) - READS - {"member.leave"} <= COMMANDS


@pytest.mark.parametrize(("operation", "least"), MAY.items())
def test_each_operation_is_for_its_role_and_those_above(operation: str, least: Role) -> None:
    assert [role for role in Role if allowed(role, operation)] == [
        role for role in Role if role >= least
    ]


def test_the_roles_of_the_wire_are_the_roles_here_from_viewer_up_to_owner() -> None:
    assert VIEWER < EDITOR < ADMIN < OWNER
    names = get_args(messages.Role)
    assert sorted(names, key=Role.of) == ["viewer", "editor", "admin", "owner"]
    assert {Role.of(name) for name in names} == set(Role)


def test_a_refusal_names_the_operation_the_role_it_needs_and_the_one_there_is() -> None:
    with pytest.raises(Forbidden) as caught:
        authorise(EDITOR, "stage.create")
    detail = caught.value.problem.detail
    assert all(word in detail for word in ("stage.create", "admin", "editor"))
    assert caught.value.problem.status == 403


def test_an_operation_without_a_row_is_a_fault_of_the_program_and_lets_nobody_through() -> None:
    with pytest.raises(KeyError):
        authorise(OWNER, "client.explode")


def test_a_command_goes_by_its_name_on_the_wire() -> None:
    command = UpdateClient(client_id="c", data=messages.ClientPatch())
    assert command_name(command) == operation_of(command, "ana") == "client.update"
    assert command_name(DeleteWorkspace()) == "workspace.delete"


def test_to_remove_oneself_is_to_leave_and_anybody_may() -> None:
    assert operation_of(RemoveMember(user_id="ana"), "ana") == "member.leave"
    assert operation_of(RemoveMember(user_id="ben"), "ana") == "member.remove"
    assert allowed(VIEWER, "member.leave")
    assert not allowed(EDITOR, "member.remove")
