"""Messages between instances over real servers, while all goes well."""

import asyncio

from realtime.bus import WAKE, BusLimits, BusState
from tests.integration.bus.drivers import BusServer, Launch, OverPostgres, OverRedis
from tests.services import eventually


async def test_messages_reach_the_other_instance_and_the_own_in_order(
    server: BusServer, launch: Launch
) -> None:
    messages = [b'{"seq":%d}' % n for n in range(500)]
    async with launch(server) as a, launch(server) as b:
        async with a.listening("w1") as at_a, b.listening("w1") as at_b, b.listening("w2") as other:
            for message in messages:
                a.bus.publish("w1", message)
            await at_a.gets(*messages)
            await at_b.gets(*messages)
            assert other == []
        assert a.bus.counters.published == b.bus.counters.received == 500
        assert a.bus.state is BusState.CONNECTED


async def test_equal_messages_are_not_folded_into_one(server: BusServer, launch: Launch) -> None:
    async with launch(server) as a, launch(server) as b, b.listening("w1") as heard:
        for message in (b"typing", b"typing", b"typing", b"stopped"):
            a.bus.publish("w1", message)
        await heard.gets(b"typing", b"typing", b"typing", b"stopped")


async def test_channel_names_of_any_length_and_letter_work(
    server: BusServer, launch: Launch
) -> None:
    for channel in ("clientflow:" + "x" * 100, 'quo"ted; DROP', "Grüße", "UPPER"):
        async with launch(server) as a, launch(server) as b, b.listening(channel) as heard:
            a.bus.publish(channel, b"1")
            await heard.gets(b"1")


async def test_more_channels_than_one_request_takes_are_all_subscribed(
    server: BusServer, launch: Launch
) -> None:
    channels = [f"w{n}" for n in range(250)]
    async with launch(server) as a, launch(server) as b, asyncio.TaskGroup() as group:
        heard = asyncio.Semaphore(0)
        subscribed = asyncio.Semaphore(0)

        async def hears_its_own(channel: str) -> None:
            async with b.listening(channel) as messages:
                subscribed.release()
                await messages.gets(channel.encode())
            heard.release()

        for channel in channels:
            group.create_task(hears_its_own(channel))
        for _ in channels:
            await subscribed.acquire()
        for channel in channels:
            a.bus.publish(channel, channel.encode())
        for _ in channels:
            await heard.acquire()


async def test_a_channel_closed_and_opened_in_quick_turns_ends_as_wished(
    server: BusServer, launch: Launch
) -> None:
    async with launch(server) as a, launch(server) as b:
        for _ in range(30):
            async with a.listening("w1"):
                pass
        async with a.listening("w1") as heard:
            b.bus.publish("w1", b"1")
            await heard.gets(b"1")


async def test_redis_counts_one_subscriber_after_quick_turns_and_none_after_the_last(
    redis: OverRedis, launch: Launch
) -> None:
    async with launch(redis) as a:

        async def opens_and_closes(times: int) -> None:
            for turn in range(times):
                async with a.bus.subscribe("w1"):
                    await asyncio.sleep(0.001 * (turn % 3))

        async with asyncio.TaskGroup() as group:
            for times in range(10, 15):
                group.create_task(opens_and_closes(times))
        await eventually(lambda: redis.subscribers("w1") == 0)
        async with a.bus.subscribe("w1"):
            assert redis.subscribers("w1") == 1
            await opens_and_closes(10)
            assert redis.subscribers("w1") == 1
        await eventually(lambda: redis.subscribers("w1") == 0)


async def test_an_instance_holds_two_connections_to_redis_however_many_channels(
    redis: OverRedis, launch: Launch
) -> None:
    before = redis.command("CLIENT LIST").count(" addr=")
    async with launch(redis) as a, a.listening("w1"), a.listening("w2"), a.listening("w3"):
        a.bus.publish("w4", b"1")
        await eventually(lambda: a.bus.counters.published == 1)
        assert redis.command("CLIENT LIST").count(" addr=") == before + 2


async def test_a_payload_that_postgres_cannot_carry_arrives_as_wake(
    postgres: OverPostgres, launch: Launch
) -> None:
    largest = b"x" * 7999
    async with launch(postgres) as a, launch(postgres) as b, b.listening("w1") as heard:
        for message in (largest, largest + b"x", "Zoë".encode(), b"\xff", b"nul\0", b"end"):
            a.bus.publish("w1", message)
        await heard.gets(largest, WAKE, "Zoë".encode(), b"end")
        assert a.bus.state is BusState.CONNECTED


async def test_redis_carries_any_bytes(redis: OverRedis, launch: Launch) -> None:
    awkward = [bytes(range(256)), b"", b"x" * 100_000, b"\r\n$5\r\n"]
    async with launch(redis) as a, launch(redis) as b, b.listening("w1") as heard:
        for message in awkward:
            a.bus.publish("w1", message)
        await heard.gets(*awkward)


async def test_more_than_the_send_queue_holds_reaches_the_others_as_wake(
    server: BusServer, launch: Launch
) -> None:
    async with (
        launch(server, BusLimits(send_queue_messages=10)) as a,
        launch(server) as b,
        b.listening("w1") as heard,
    ):
        for n in range(10_000):
            a.bus.publish("w1", b"%d" % n)
        await heard.gets(*[b"%d" % n for n in range(10)], WAKE)
        assert a.bus.counters.publish_dropped == 9990


async def test_more_than_the_receive_queue_holds_becomes_a_wake(
    server: BusServer, launch: Launch
) -> None:
    small = BusLimits(receive_queue_messages=10, receive_queue_bytes=1000)
    async with launch(server) as a, launch(server, small) as b, b.listening("w1") as heard:
        for n in range(5000):
            a.bus.publish("w1", b"%d" % n)
        await eventually(lambda: b.bus.counters.received == 5000)
        a.bus.publish("w1", b"end")
        await heard.includes(b"end", WAKE)
        numbers = [int(message) for message in heard if message not in (WAKE, b"end")]
        assert numbers == sorted(set(numbers))
        assert len(numbers) + b.bus.counters.received_dropped == 5000


async def test_a_flood_reaches_a_reader_that_keeps_up_whole(
    redis: OverRedis, launch: Launch
) -> None:
    flood = [b"%d" % n for n in range(20_000)]
    few_and_large = BusLimits(send_queue_messages=20_000, send_batch_messages=5000)
    async with (
        launch(redis, few_and_large) as a,
        launch(redis, BusLimits(receive_queue_messages=1000)) as b,
        b.listening("w1") as heard,
    ):
        for message in flood:
            a.bus.publish("w1", message)
        await heard.gets(*flood)
        assert b.bus.counters.received_dropped == 0


async def test_a_reader_that_stands_still_keeps_a_bounded_backlog(
    server: BusServer, launch: Launch
) -> None:
    async with (
        launch(server) as a,
        launch(server) as b,
        b.bus.subscribe("w1") as stalled,
        b.listening("w1") as heard,
    ):
        for n in range(3000):
            a.bus.publish("w1", b"%d" % n)
        await eventually(lambda: len(heard) == 3000)
        assert await anext(stalled) == WAKE
        waiting = [await anext(stalled)]
        while waiting[-1] != b"2999":
            waiting.append(await anext(stalled))
        assert len(waiting) < BusLimits().subscription_backlog_messages
        assert waiting == heard[-len(waiting) :]
