"""Everything else that the client does, at a real server; the sync face too."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

import pytest

from clientflow import (
    AsyncClientFlow,
    ClientFlow,
    Conflict,
    CreateClient,
    DeleteClient,
    Forbidden,
    Invalid,
    Money,
    NotFound,
    Refused,
    Unauthorized,
)
from realtime.messages import ClientDraft
from tests.drivers import Desk, Instance
from tests.integration.client.conftest import Connect, NoSockets


async def test_a_client_s_life(connect: Connect, lone_desk: Desk) -> None:
    clients = connect(lone_desk).workspace(lone_desk.workspace_id).clients
    noon = datetime(2026, 2, 1, 12, tzinfo=UTC)
    made = await clients.create(
        name="Nordlys",
        value=Money(amount=1_250_000, currency="EUR"),
        tags=["retail"],
        next_action_at=noon,
        custom={"bikes": 40},
    )
    assert (made.value, made.next_action_at) == (Money(amount=1_250_000, currency="EUR"), noon)
    moved = await clients.move(made.id, "won", if_version=made.version)
    changed = await clients.update(made.id, value=None, notes="Met at the fair.")
    assert (moved.stage, changed.value, changed.version) == ("won", None, 3)
    await clients.comment(made.id, "Called.")
    assert [comment.body async for comment in clients.comments(made.id)] == ["Called."]
    await clients.delete(made.id)
    with pytest.raises(NotFound):
        await clients.get(made.id)
    restored = await clients.restore(made.id)
    assert restored.notes == "Met at the fair."
    history = [item async for item in clients.history(made.id)]
    assert [item.op for item in history] == ["restored", "deleted", "updated", "updated", "created"]
    (stage,) = (change for change in history[3].changes if change.field == "stage")
    assert (stage.before, stage.after) == ("lead", "won")


async def test_lists_are_paged_and_filtered(connect: Connect, lone_desk: Desk) -> None:
    await lone_desk.create_clients(25)
    await lone_desk.create_client("Padaria Aurora", tags=["bakery"], stage="won")
    clients = connect(lone_desk).workspace(lone_desk.workspace_id).clients
    assert len([each async for each in clients.list(page_items=10)]) == 26
    assert [each.name async for each in clients.list(tag="bakery", stage=["won"])] == [
        "Padaria Aurora"
    ]
    assert [each.name async for each in clients.list(q="aurora", owner="none")] == [
        "Padaria Aurora"
    ]


async def test_bulk_gives_a_result_for_each_operation(connect: Connect, lone_desk: Desk) -> None:
    clients = connect(lone_desk).workspace(lone_desk.workspace_id).clients
    made, refused = await clients.bulk(
        [CreateClient(data=ClientDraft(name="Kestrel")), DeleteClient(client_id="nobody")]
    )
    assert made.result is not None
    assert (made.status, made.result.name) == (201, "Kestrel")
    assert refused.problem is not None
    assert refused.problem.status == 404


async def test_workspaces_stages_members_and_invites(
    connect: Connect, lone_desk: Desk, over_sqlite: Instance
) -> None:
    flow = connect(lone_desk)
    info = await flow.create_workspace("North")
    north = flow.workspace(info.id)
    assert (await north.info()).role == "owner"
    assert (await north.rename("South")).name == "South"
    assert {each.name async for each in flow.workspaces()} >= {"South"}
    held = await north.create_stage("On hold", color="#123456", position=2)
    assert (held.key, held.position) == ("on-hold", 2)
    renamed = await north.update_stage(held.id, name="Paused", if_version=held.version)
    assert renamed.name == "Paused"
    client = await north.clients.create(name="Acme", stage="on-hold")
    with pytest.raises(Conflict):
        await north.delete_stage(held.id)
    await north.delete_stage(held.id, move_to="lead")
    assert (await north.clients.get(client.id)).stage == "lead"

    ben = await over_sqlite.sign_up("Ben")
    invite = await north.invite("viewer")
    assert invite.code is not None
    async with AsyncClientFlow(flow.url, token=ben.token, trust_env=False) as his:
        assert (await his.accept_invite(invite.code)).role == "viewer"
        with pytest.raises(Forbidden):
            await his.workspace(info.id).clients.create(name="No")
    assert (await north.set_role(ben.id, "editor")).role == "editor"
    assert {member.name for member in await north.members()} == {"Ana", "Ben"}
    await north.remove_member(ben.id)
    other = await north.invite("editor")
    await north.delete_invite(other.id)
    assert len(await north.members()) == 1
    await north.delete()
    with pytest.raises(NotFound):
        await north.info()


async def test_signing_in_renewing_and_tokens(over_sqlite: Instance) -> None:
    person = await over_sqlite.sign_up("Ana")
    async with AsyncClientFlow(over_sqlite.process.base_url, trust_env=False) as flow:
        with pytest.raises(Unauthorized):
            await flow.me()
        with pytest.raises(Unauthorized):
            await flow.sign_in(person.email, "not this one")
        pairs = []
        user = await flow.sign_in(person.email, "correct horse battery staple", keep=pairs.append)
        assert user.email == (await flow.me()).email
        tokens = flow._rest.tokens
        fresh = await asyncio.gather(*(tokens.renewed(pairs[0].access_token) for _ in range(5)))
        assert (len(set(fresh)), len(pairs)) == (1, 2)
        made = await flow.create_token("script", ["read"])
        assert made.token is not None
        assert [token.name for token in await flow.tokens()] == ["script"]
        async with AsyncClientFlow(flow.url, token=made.token, trust_env=False) as script:
            assert (await script.me()).id == user.id
            with pytest.raises(Forbidden):
                await script.create_workspace("No")
            await flow.delete_token(made.id)
            with pytest.raises(Unauthorized):
                await script.me()
        await flow.sign_out()
        with pytest.raises(Unauthorized):
            await flow.me()


async def test_the_assistant_s_text_is_iterated_and_its_proposal_applied(
    connect: Connect, lone_desk: Desk
) -> None:
    made = await lone_desk.create_client("Nordlys")
    workspace = connect(lone_desk).workspace(lone_desk.workspace_id)
    async with workspace.ask("Move Nordlys to won") as reply:
        pieces = [piece async for piece in reply]
        assert "".join(pieces) == reply.text
        assert len(pieces) > 1
        assert reply.message.status == "done"
        (proposal,) = reply.proposals
        decided = await reply.apply(proposal)
        assert decided.client is not None
        assert (decided.client.id, decided.client.stage) == (made["id"], "won")
        assert [each.status for each in reply.proposals] == ["applied"]
    async with workspace.reply(reply.message.id) as again:
        assert await again.whole() == reply.text
    async with workspace.follow() as live, live.ask("How many clients are there?") as shared:
        assert "1 client" in await shared.whole()


async def test_a_reply_is_read_on_in_its_middle_by_whoever_knows_of_it(
    connect: Connect, lone_desk: Desk
) -> None:
    await lone_desk.create_clients(30)
    workspace = connect(lone_desk).workspace(lone_desk.workspace_id)
    async with workspace.ask("Summarise the board") as reply:
        first = await anext(reply)
        async with workspace.reply(reply.message.id) as other:
            whole = await other.whole()
        assert whole.startswith(first)
        assert await reply.whole() == whole


async def test_a_reply_that_is_stopped_keeps_its_text_so_far(
    connect: Connect, lone_desk: Desk
) -> None:
    await lone_desk.create_clients(30)
    workspace = connect(lone_desk).workspace(lone_desk.workspace_id)
    async with workspace.ask("Summarise the board") as reply:
        await anext(reply)
        await reply.cancel()
        await reply.whole()
        assert reply.message.status in ("cancelled", "done")


async def test_without_websockets_a_reply_is_read_all_the_same(
    connect: Connect, lone_desk: Desk
) -> None:
    async with NoSockets(lone_desk.person.instance.process.port) as proxy:
        workspace = connect(lone_desk, port=proxy.port).workspace(lone_desk.workspace_id)
        async with workspace.ask("How many clients are there?") as reply:
            assert "no client yet" in await reply.whole()


async def test_a_file_goes_out_and_comes_in_with_its_progress(
    connect: Connect, lone_desk: Desk, tmp_path: Path
) -> None:
    transfer = connect(lone_desk).workspace(lone_desk.workspace_id).transfer
    rows = "".join(f"Client {number},c{number}@x.example\n" for number in range(400))
    content = f"Who,e-mail\n{rows}".encode()
    trial = await transfer.preview(content, mapping={"Who": "name"})
    assert (trial.rows, trial.failed, trial.mapping["Who"]) == (400, 0, "name")
    told: list[tuple[int, int]] = []
    report = await transfer.bring_in(
        BytesIO(content),
        mapping={"Who": "name"},
        match="email",
        on_progress=lambda done, total: told.append((done, total)),
        key="fair",
    )
    assert (report.created, report.id) == (400, "fair")
    assert told == sorted(set(told))
    assert all(total == 400 for _, total in told)
    assert told[-1] == (400, 400)
    file = tmp_path / "again.csv"
    file.write_bytes(b"".join([piece async for piece in transfer.export()]))
    again = await transfer.bring_in(file, match="email")
    assert (again.rows, again.unchanged) == (400, 400)
    with pytest.raises(Invalid):
        await transfer.bring_in(b"name\n\n", match="email")


async def test_the_end_of_an_import_is_told_where_no_socket_can_be_had(
    connect: Connect, lone_desk: Desk
) -> None:
    told: list[tuple[int, int]] = []
    async with NoSockets(lone_desk.person.instance.process.port) as proxy:
        transfer = connect(lone_desk, port=proxy.port).workspace(lone_desk.workspace_id).transfer
        await transfer.bring_in(
            b"name\nAcme\nBolt\n", on_progress=lambda done, total: told.append((done, total))
        )
    assert told == [(2, 2)]


def test_the_sync_face_does_the_same(over_sqlite: Instance, tmp_path: Path) -> None:
    with ClientFlow(over_sqlite.process.base_url, trust_env=False) as flow:
        flow.register("sync@example.com", "correct horse battery staple", "Sync")
        workspace = flow.workspace(flow.create_workspace("Sales").id)
        made = workspace.clients.create(name="Acme")
        with workspace.follow(since=0) as live:
            changes = iter(live)
            assert next(changes).op == "created"
            live.clients.update(made.id, stage="won")
            assert next(changes).data["stage"] == "won"
            board = live.board
            assert board.clients[made.id].stage == "won"
            with live.ask("How many clients are there?") as reply:
                assert "1 client" in "".join(reply)
        assert [client.name for client in workspace.clients.list(stage="won")] == ["Acme"]
        assert b"Acme" in b"".join(workspace.transfer.export())
        with workspace.ask("Move Acme to lost") as reply:
            reply.whole()
            assert workspace.clients.get(made.id).stage == "won"
            reply.apply(reply.proposals[0])
        assert workspace.clients.get(made.id).stage == "lost"
        with pytest.raises(NotFound):
            workspace.clients.get("nobody")
        with pytest.raises(Refused), workspace.ask(""):
            pass
