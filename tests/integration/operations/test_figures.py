"""/metrics: what was done is counted, on the instance where it was done, and nobody is named."""

from tests.drivers import Desk, Instance, refused
from tests.services import ServerProcess, eventually


async def figures(instance: Instance) -> dict[str, float]:
    """By name and labels, as they stand in the text."""
    lines = (await instance.http.get("/metrics")).text.splitlines()
    pairs = [line.rpartition(" ") for line in lines if not line.startswith("#")]
    return {name: float(value) for name, _, value in pairs}


async def test_what_was_done_is_counted_where_it_was_done(
    over_redis: tuple[Instance, Instance],
) -> None:
    here, there = over_redis
    desk = await (await here.sign_up("Ana")).new_workspace()
    boards = [await desk.open_board(), await desk.at(there).open_board()]
    before = [await figures(instance) for instance in over_redis]
    for name in ("Acme", "Globex", "Initech"):
        await boards[0].command("client.create", data={"name": name})
    await boards[0].command("client.delete", client_id="nobody")
    await desk.patch("/clients/nobody", {"name": "New"})
    for board in boards:
        await board.changes_up_to(3)
    after = [await figures(instance) for instance in over_redis]

    def grown(name: str, place: int = 0) -> float:
        return after[place].get(name, 0) - before[place].get(name, 0)

    def commands(op: str, result: str, via: str) -> float:
        return grown(f'clientflow_commands_total{{op="{op}",result="{result}",via="{via}"}}')

    assert commands("client.create", "ok", "socket") == 3
    assert commands("client.delete", "not-found", "socket") == 1
    assert commands("client.update", "not-found", "rest") == 1
    assert grown("clientflow_command_seconds_count") == 5
    assert grown('clientflow_frames_total{direction="in",kind="received"}') == 4
    route = 'method="PATCH",route="/api/v1/workspaces/{workspace_id}/clients/{client_id}"'
    assert grown(f'clientflow_http_requests_total{{{route},status="404"}}') == 1
    assert grown(f"clientflow_http_request_seconds_count{{{route}}}") == 1
    for place in (0, 1):
        assert grown("clientflow_deliveries_total", place) == 3
        assert grown("clientflow_delivery_seconds_count", place) == 3
        assert 0 < grown("clientflow_delivery_seconds_sum", place) < 3


async def test_a_socket_that_has_ended_is_counted_by_its_close_code(
    over_redis: tuple[Instance, Instance],
) -> None:
    desk = await (await over_redis[0].sign_up("Ana")).new_workspace()
    name = 'clientflow_closes_total{code="1000"}'
    before = (await figures(over_redis[0])).get(name, 0)
    board = await desk.open_board()
    await board.close()

    async def counted() -> bool:
        return (await figures(over_redis[0])).get(name, 0) > before

    await eventually(counted)


async def test_no_workspace_and_no_person_is_named(server: Instance, desk: Desk) -> None:
    board = await desk.open_board()
    await board.command("client.create", data={"name": "Acme"})
    await desk.get("/clients")

    text = (await server.http.get("/metrics")).text

    assert board.welcome is not None
    session = board.welcome["session"]
    for name in (desk.workspace_id, desk.person.id, desk.person.email, session):
        assert name not in text


async def test_with_a_token_the_figures_are_for_its_holder(fresh_sqlite_url: str) -> None:
    token = "for the scraper alone"
    process = ServerProcess(fresh_sqlite_url, settings={"METRICS_TOKEN": token})
    with process:
        async with Instance(process) as instance:
            for given in (None, "Bearer another", token):
                headers = {} if given is None else {"Authorization": given}
                refused(await instance.http.get("/metrics", headers=headers), 401)
            right = {"Authorization": f"Bearer {token}"}
            assert (await instance.http.get("/metrics", headers=right)).status_code == 200
