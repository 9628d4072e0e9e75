"""The Procfile, run by honcho with what Railway and Heroku put into the environment."""

import asyncio
import signal

from tests.deploy.processes import HonchoProcess
from tests.drivers import Instance
from tests.services import PostgresServer, RedisServer

# Heroku writes the scheme in its old form, and says that it is production.
SETTINGS = {"ENVIRONMENT": "production", "HOST": "127.0.0.1", "BCRYPT_ROUNDS": "10"}


async def test_the_release_line_migrates_and_the_web_line_serves_and_drains(
    postgres_server: PostgresServer, redis_server: RedisServer
) -> None:
    url = postgres_server.create_database()
    given = url.replace("postgresql://", "postgres://")
    database = url.rpartition("/")[2]

    release = HonchoProcess("release", given, settings=SETTINGS)
    release.run_to_end()
    assert "up to date" in release.log
    assert postgres_server.execute("SELECT count(*) FROM clients", database) == "0"

    redis = redis_server.url
    with HonchoProcess("web", given, redis, SETTINGS | {"WEB_CONCURRENCY": "2"}) as web:
        async with Instance(web) as instance:
            assert (await instance.readiness())["bus"]["name"] == "redis"
            desk = await (await instance.sign_up("Ana")).new_workspace()
            boards = [await desk.open_board() for _ in range(4)]
            client = await desk.create_client("Acme")
            assert {(await board.next_change())["id"] for board in boards} == {client["id"]}

            web.send_signal(signal.SIGTERM)
            codes = await asyncio.gather(*(board.closed() for board in boards))
            await asyncio.to_thread(web.wait, web.stop_timeout_s)

    assert codes == [1012] * 4
    postgres_server.drop_database(url)
