"""Workspaces, their members, invitations and stages."""

import asyncio

import pytest
from msgspec.structs import replace

from storage import Storage, errors
from storage.outcomes import KeptOutcome
from storage.records import Invite, Membership, PersonalToken, Stage, Workspace
from tests.integration.storage.board import (
    NOON,
    STAGES,
    Board,
    a_client,
    a_comment,
    a_user,
    an_outcome,
    board_of,
    minutes,
)


def an_invite(board: Board, invite_id: str = "invite-1") -> Invite:
    return Invite(
        id=invite_id,
        workspace_id=board.id,
        email="ben@example.org",
        role="editor",
        created_by="user-ann",
        created_at=NOON,
        expires_at=minutes(60),
    )


async def test_a_new_workspace_has_its_stages_and_its_owner(board: Board) -> None:
    storage = board.storage
    workspace = await storage.workspaces.get(board.id)
    assert workspace == Workspace(
        id=board.id, name="Sales", seq=0, created_at=NOON, created_by="user-ann"
    )
    assert list(await storage.stages.list(board.id)) == STAGES
    assert await storage.members.roles(board.id) == {"user-ann": "owner"}
    assert await storage.workspaces.head(board.id) == 0
    assert await storage.change_log.floor(board.id) is None


async def test_a_workspace_of_an_unknown_owner_is_not_begun(storage: Storage) -> None:
    workspace = Workspace(id="w", name="Sales", seq=0, created_at=NOON, created_by="nobody")

    with pytest.raises(errors.Missing):
        await storage.workspaces.add(workspace, "nobody", NOON, STAGES)

    assert await storage.workspaces.get("w") is None


async def test_members_come_go_and_change_their_roles(board: Board) -> None:
    members = board.storage.members
    await board.storage.users.add(a_user("user-ben"), "hash")

    await members.add(board.id, "user-ben", "viewer", minutes(1))
    with pytest.raises(errors.Duplicate) as refused:
        await members.add(board.id, "user-ben", "viewer", minutes(1))
    assert refused.value.field == "user_id"
    with pytest.raises(errors.Missing):
        await members.add(board.id, "user-nobody", "viewer", minutes(1))

    assert [member.user_id for member in await members.list(board.id)] == ["user-ann", "user-ben"]
    assert await members.role(board.id, "user-ben") == "viewer"
    assert await members.owners(board.id) == 1

    assert await members.set_role(board.id, "user-ben", "owner")
    assert await members.owners(board.id) == 2
    ben = await members.get(board.id, "user-ben")
    assert ben is not None
    assert (ben.name, ben.email, ben.role) == ("user-ben", "user-ben@example.org", "owner")

    assert await members.remove(board.id, "user-ben")
    assert not await members.remove(board.id, "user-ben")
    assert not await members.set_role(board.id, "user-ben", "viewer")
    assert await members.role(board.id, "user-ben") is None
    assert await members.get(board.id, "user-ben") is None


async def test_a_user_lists_their_workspaces_page_by_page(storage: Storage) -> None:
    await storage.users.add(a_user(), "hash")
    await storage.users.add(a_user("user-ben"), "hash")
    for number in range(7):
        # Two at a time are of the same moment.
        await storage.workspaces.add(
            Workspace(
                id=f"w{number}",
                name="Sales",
                seq=0,
                created_at=minutes(number // 2),
                created_by="user-ann",
            ),
            "user-ann" if number != 3 else "user-ben",
            NOON,
            [],
        )

    seen: list[Membership] = []
    cursor = None
    for size in (2, 2, 2):
        page = await storage.workspaces.list_for("user-ann", size, cursor)
        assert len(page.items) == size
        seen += page.items
        cursor = page.next

    assert cursor is None
    assert [membership.id for membership in seen] == ["w0", "w1", "w2", "w4", "w5", "w6"]
    assert {membership.role for membership in seen} == {"owner"}
    assert await storage.workspaces.membership("w0", "user-ann") == seen[0]
    assert await storage.workspaces.membership("w3", "user-ann") is None


async def test_the_heads_of_many_workspaces_are_read_at_once(board: Board) -> None:
    await board.create(a_client())
    ids = [f"nowhere-{number}" for number in range(1500)]

    assert await board.storage.workspaces.heads([*ids, board.id]) == {board.id: 1}
    assert await board.storage.workspaces.head("nowhere") is None


async def test_stages_are_added_changed_and_deleted(board: Board) -> None:
    stages = board.storage.stages
    lost = Stage(id="stage-lost", key="lost", name="Lost", color="#aa0000", position=2)
    await stages.add(board.id, lost)

    assert await stages.by_key(board.id, "lost") == lost
    assert await stages.by_key(board.id, "none") is None
    first = replace(lost, name="Gone", key="gone", position=-1, version=2)
    assert await stages.save(board.id, first)
    assert [stage.key for stage in await stages.list(board.id)] == ["gone", "lead", "won"]
    assert await stages.get(board.id, lost.id) == first

    with pytest.raises(errors.Duplicate) as refused:
        await stages.save(board.id, replace(first, key="won"))
    assert refused.value.field == "key"

    assert await stages.delete(board.id, lost.id)
    assert not await stages.delete(board.id, lost.id)
    assert not await stages.save(board.id, first)


async def test_two_workspaces_may_use_the_same_ids(storage: Storage) -> None:
    one, two = await board_of(storage, "workspace-1"), await board_of(storage, "workspace-2")

    await one.has(a_client("client-1", name="One"))
    await two.has(a_client("client-1", name="Two"))
    await storage.clients.delete(one.id, "client-1", version=2, at=NOON, by="user-ann")

    assert await storage.clients.get(one.id, "client-1") is None
    assert await storage.clients.get(two.id, "client-1") == a_client("client-1", name="Two")


async def test_an_invitation_is_accepted_once(board: Board) -> None:
    invites = board.storage.invites
    await invites.add(an_invite(board), "code-hash")
    assert await invites.by_code_hash("code-hash") == an_invite(board)
    assert await invites.by_code_hash("other") is None

    won = await asyncio.gather(
        *(invites.accept("invite-1", f"user-{number}", minutes(number)) for number in range(10))
    )

    assert won.count(True) == 1
    [invite] = await invites.list(board.id)
    winner = won.index(True)
    assert (invite.accepted_by, invite.accepted_at) == (f"user-{winner}", minutes(winner))


async def test_an_invitation_is_withdrawn_in_its_own_workspace_only(board: Board) -> None:
    other = await board_of(board.storage, "workspace-2")
    await board.storage.invites.add(an_invite(board), "code-hash")

    assert not await board.storage.invites.delete(other.id, "invite-1")
    assert await board.storage.invites.delete(board.id, "invite-1")
    assert list(await board.storage.invites.list(board.id)) == []


async def test_deleting_a_workspace_deletes_everything_in_it_and_nothing_else(
    board: Board,
) -> None:
    storage = board.storage
    other = await board_of(storage, "workspace-2")
    for each in (board, other):
        await each.create(a_client("client-1"))
        await storage.comments.add(each.id, a_comment("client-1"))
        await storage.invites.add(an_invite(each, f"invite-{each.id}"), f"code-{each.id}")
        kept = KeptOutcome("user-ann", each.id, each.id, an_outcome(), NOON)
        await storage.outcomes.remember(kept)
        token = PersonalToken(
            id=f"token-{each.id}",
            user_id="user-ann",
            name="script",
            scopes=["read"],
            workspace_id=each.id,
            created_at=NOON,
        )
        await storage.personal_tokens.add(token, f"hash-{each.id}")

    assert await storage.workspaces.delete(board.id)
    assert not await storage.workspaces.delete(board.id)

    assert await storage.workspaces.get(board.id) is None
    assert await storage.clients.ids_in_stage(board.id, "lead") == []
    assert await storage.comments.get(board.id, "comment-1") is None
    assert list(await storage.stages.list(board.id)) == []
    assert list(await storage.members.list(board.id)) == []
    assert list(await storage.invites.list(board.id)) == []
    assert await storage.change_log.since(board.id, 0, 10) == []
    assert await storage.outcomes.find("user-ann", board.id) is None
    assert [token.id for token in await storage.personal_tokens.list("user-ann")] == [
        "token-workspace-2"
    ]

    assert await other.is_without_holes_up_to(1)
    assert await storage.comments.get(other.id, "comment-1") is not None
    assert await storage.outcomes.find("user-ann", other.id) is not None
    assert len(await storage.invites.list(other.id)) == 1
