"""/metrics of several processes on one port: whichever is asked, the figures are those of all."""

import os
import signal
from collections import Counter
from collections.abc import Mapping

from prometheus_client.parser import text_string_to_metric_families

from tests.deploy.processes import GunicornProcess
from tests.deploy.test_gunicorn import on_both_workers
from tests.drivers import Instance
from tests.services import eventually

WRITES = 6


async def figures(instance: Instance) -> Mapping[str, float]:
    """Each figure's sum over its labels. A connection of its own each time, so that either worker may answer."""
    text = (await instance.http.get("/metrics", headers={"Connection": "close"})).text
    found: Counter[str] = Counter()
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            found[sample.name] += sample.value  # type: ignore[assignment]
    return found


def counters(found: Mapping[str, float]) -> dict[str, float]:
    return Counter({k: v for k, v in found.items() if k.endswith(("_total", "_count"))})


async def test_the_sums_are_right_and_no_counter_goes_back_when_a_worker_dies(
    served: Instance, two_workers: GunicornProcess
) -> None:
    desk = await (await served.sign_up("Ana")).new_workspace()
    one, other = await on_both_workers(desk, two_workers)
    before = await figures(served)
    for number in range(WRITES):
        await (one, other)[number % 2].command("client.create", data={"name": f"Client {number}"})
    await other.changes_up_to(WRITES)

    async def all_counted() -> bool:
        now = [await figures(served) for _ in range(4)]
        grown = {
            found["clientflow_commands_total"] - before["clientflow_commands_total"]
            for found in now
        }
        return grown == {WRITES}

    await eventually(all_counted, message="the workers do not tell of each other")
    found = await figures(served)
    assert found["clientflow_command_seconds_count"] == found["clientflow_commands_total"]
    assert found["clientflow_sockets"] >= 2
    assert found["clientflow_database_connections_max"] == 20

    doomed = two_workers.worker_of(one)
    assert doomed is not None
    told = [await figures(served) for _ in range(4)][-1]
    os.kill(doomed, signal.SIGKILL)
    await one.closed()
    for _ in range(4):
        now = counters(await figures(served))
        assert {name: value for name, value in counters(told).items() if now[name] < value} == {}
    await eventually(lambda: len(two_workers.workers) == 2 and doomed not in two_workers.workers)
    for _ in range(4):
        now = counters(await figures(served))
        assert {name: value for name, value in counters(told).items() if now[name] < value} == {}
    assert (await figures(served))["clientflow_sockets"] < told["clientflow_sockets"]
