"""Who may do what: one table of operation x role, for REST and the channel alike."""

from __future__ import annotations

import enum

from realtime.messages import AnyCommand, RemoveMember
from server.errors import Forbidden


class Role(enum.IntEnum):
    """Each role may do all that a lower one may."""

    VIEWER = 1
    EDITOR = 2
    ADMIN = 3
    OWNER = 4

    @classmethod
    def of(cls, name: str) -> Role:
        return cls[name.upper()]


# Commands go by their wire name (`op`), reads by what they read.
MINIMUM_ROLE: dict[str, Role] = {
    "workspace.read": Role.VIEWER,
    "workspace.update": Role.ADMIN,
    "workspace.delete": Role.OWNER,
    "stage.create": Role.ADMIN,
    "stage.update": Role.ADMIN,
    "stage.delete": Role.ADMIN,
    "member.update": Role.ADMIN,
    "member.remove": Role.ADMIN,
    "member.leave": Role.VIEWER,
    "invite.create": Role.ADMIN,
    "invite.delete": Role.ADMIN,
    "invite.read": Role.ADMIN,
    "webhook.read": Role.ADMIN,
    "webhook.create": Role.ADMIN,
    "webhook.update": Role.ADMIN,
    "webhook.delete": Role.ADMIN,
    "webhook.rotate": Role.ADMIN,
    "webhook.test": Role.ADMIN,
    "webhook.redeliver": Role.ADMIN,
    "webhook.replay": Role.ADMIN,
    "client.create": Role.EDITOR,
    "client.update": Role.EDITOR,
    "client.delete": Role.EDITOR,
    "client.restore": Role.EDITOR,
    "client.bulk": Role.EDITOR,
    "client.import": Role.EDITOR,
    "comment.create": Role.EDITOR,
    "assistant.ask": Role.VIEWER,
    "assistant.cancel": Role.VIEWER,  # one's own; another's: an editor
    "assistant.apply": Role.EDITOR,
    "assistant.dismiss": Role.EDITOR,
}


def operation_of(command: AnyCommand, user_id: str) -> str:
    """The table's name for what `user_id` asks: the command's name on the wire, but to remove oneself is to leave."""
    if isinstance(command, RemoveMember) and command.user_id == user_id:
        return "member.leave"
    return command_name(command)


def command_name(command: AnyCommand) -> str:
    """The command's name on the wire."""
    tag = type(command).__struct_config__.tag
    assert isinstance(tag, str)
    return tag


def authorise(role: Role, operation: str) -> None:
    """Raises `Forbidden` when `role` may not do `operation`."""
    needed = MINIMUM_ROLE[operation]
    if role < needed:
        raise Forbidden(
            f"{operation} needs the role {needed.name.lower()} or higher; yours is {role.name.lower()}."
        )
