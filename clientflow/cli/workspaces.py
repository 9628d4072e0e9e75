"""clientflow workspaces, members, invites, stages …, and join"""

from __future__ import annotations

from typing import cast

import click

from clientflow.cli.command import Session, talks
from clientflow.cli.settings import keep_login, kept_login
from realtime.messages import Role

_ROLE = click.Choice(["owner", "admin", "editor", "viewer"])


@click.group()
def workspaces() -> None:
    """Make, name and delete workspaces."""


@workspaces.command("list")
@talks
async def list_workspaces(session: Session) -> None:
    """Those you are in."""
    session.out.rows(
        [workspace async for workspace in session.flow.workspaces()],
        [
            ("ID", lambda workspace: workspace.id),
            ("NAME", lambda workspace: workspace.name),
            ("ROLE", lambda workspace: workspace.role),
            ("CHANGES", lambda workspace: workspace.seq),
        ],
    )


@workspaces.command("create")
@click.argument("name")
@talks
async def create_workspace(session: Session, name: str) -> None:
    """Make one, which you own."""
    made = await session.flow.create_workspace(name)
    session.out.record(made, (("id", made.id), ("name", made.name)))


@workspaces.command("rename")
@click.argument("name")
@talks
async def rename_workspace(session: Session, name: str) -> None:
    """Name the chosen one."""
    renamed = await (await session.workspace()).rename(name)
    session.out.record(renamed, (("id", renamed.id), ("name", renamed.name)))


@workspaces.command("delete")
@click.option("--yes", is_flag=True, help="Do not ask.")
@talks
async def delete_workspace(session: Session, yes: bool) -> None:
    """Delete the chosen one, with all that is in it. Nothing undoes this."""
    workspace = await session.workspace()
    about = await workspace.info()
    if not yes:
        click.confirm(f"Delete {about.name} with all its clients?", abort=True, err=True)
    await workspace.delete()
    session.out.done(f"{about.name} is deleted.")


@workspaces.command("use")
@click.argument("name")
@talks
async def use_workspace(session: Session, name: str) -> None:
    """Choose one for the commands to come; needs `clientflow login`."""
    session.choice = session.choice.__class__(session.choice.url, session.choice.token, name)
    workspace = await session.workspace()
    login = kept_login()
    if login is None or login.url != session.choice.url:
        raise click.UsageError("There is no login to keep it with: `clientflow login` first.")
    keep_login(login.__class__(login.url, login.token, login.token_id, login.email, workspace.id))
    session.out.done(f"From now on {workspace.id} is meant.")


@click.group()
def members() -> None:
    """Who is in the workspace, and as what."""


@members.command("list")
@talks
async def list_members(session: Session) -> None:
    """The members, the first to join first."""
    session.out.rows(
        await (await session.workspace()).members(),
        [
            ("ID", lambda member: member.user_id),
            ("NAME", lambda member: member.name),
            ("EMAIL", lambda member: member.email),
            ("ROLE", lambda member: member.role),
            ("JOINED", lambda member: member.joined_at),
        ],
    )


@members.command("set-role")
@click.argument("user_id", metavar="USER")
@click.argument("role", type=_ROLE)
@talks
async def set_role(session: Session, user_id: str, role: str) -> None:
    """Change what a member may do."""
    member = await (await session.workspace()).set_role(user_id, cast(Role, role))
    session.out.done(f"{member.name} is {member.role} now.", member)


@members.command("remove")
@click.argument("user_id", metavar="USER")
@talks
async def remove_member(session: Session, user_id: str) -> None:
    """Remove a member; with your own id, leave."""
    await (await session.workspace()).remove_member(user_id)
    session.out.done("Removed.")


@click.group()
def invites() -> None:
    """Let people in."""


@invites.command("create")
@click.argument("role", type=click.Choice(["admin", "editor", "viewer"]))
@click.option("--email", help="Only this account may accept it.")
@talks
async def create_invite(session: Session, role: str, email: str | None) -> None:
    """Print an address that lets one person in."""
    invite = await (await session.workspace()).invite(cast(Role, role), email=email)
    session.out.done(invite.url or "", invite)


@invites.command("list")
@talks
async def list_invites(session: Session) -> None:
    """The invites, without their codes."""
    session.out.rows(
        await (await session.workspace()).invites(),
        [
            ("ID", lambda invite: invite.id),
            ("ROLE", lambda invite: invite.role),
            ("EMAIL", lambda invite: invite.email or "anybody"),
            ("EXPIRES", lambda invite: invite.expires_at),
            ("ACCEPTED", lambda invite: invite.accepted_at or "no"),
        ],
    )


@invites.command("delete")
@click.argument("invite_id", metavar="INVITE")
@talks
async def delete_invite(session: Session, invite_id: str) -> None:
    """Withdraw one."""
    await (await session.workspace()).delete_invite(invite_id)
    session.out.done("Withdrawn.")


@click.command()
@click.argument("code")
@talks
async def join(session: Session, code: str) -> None:
    """Accept an invite, by its code or address."""
    joined = await session.flow.accept_invite(code.rpartition("/")[2])
    session.out.done(f"You are {joined.role} of {joined.workspace_id}.", joined)


@click.command()
@talks
async def stages(session: Session) -> None:
    """The stages of the board, from left to right."""
    session.out.rows(
        await (await session.workspace()).stages(),
        [
            ("KEY", lambda stage: stage.key),
            ("NAME", lambda stage: stage.name),
            ("COLOUR", lambda stage: stage.color),
            ("ID", lambda stage: stage.id),
        ],
    )
