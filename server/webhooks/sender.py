"""One delivery over HTTP: to an address that was checked, bounded in time and size, without following anything."""

from __future__ import annotations

import asyncio
import socket
import ssl
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager

import httpx2 as httpx

from server.webhooks.guard import Guard, NotAllowed, Target
from server.webhooks.limits import WebhookLimits
from server.webhooks.retrying import Answer

USER_AGENT = "ClientFlow-Webhooks/1"


class Lookups:
    """Host names, in threads of their own: a name server that keeps silent holds up nobody but webhooks."""

    def __init__(self, threads: int) -> None:
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="webhook-lookup")

    async def addresses(self, host: str, port: int) -> Sequence[str]:
        """In the order in which the system would try them. Raises OSError."""
        loop = asyncio.get_running_loop()
        found = await loop.run_in_executor(self._threads, _lookup, host, port)
        return list(dict.fromkeys(str(address[0]) for *_, address in found))

    def close(self) -> None:
        self._threads.shutdown(wait=False, cancel_futures=True)


def _lookup(
    host: str, port: int
) -> Sequence[tuple[object, object, object, str, tuple[object, ...]]]:
    return socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)


class Sender:
    """`tls`: whom to trust; by default the authorities that the system trusts."""

    def __init__(
        self, guard: Guard, limits: WebhookLimits, tls: ssl.SSLContext | None = None
    ) -> None:
        self._guard = guard
        self._limits = limits
        self._tls = tls or ssl.create_default_context()

    @asynccontextmanager
    async def line(self, url: str) -> AsyncIterator[Line]:
        """A line to one receiver. It shares no connection with others, whose certificate may be another."""
        transport = httpx.AsyncHTTPTransport(
            verify=self._tls, limits=httpx.Limits(max_connections=1), retries=0
        )
        timeout = httpx.Timeout(
            self._limits.delivery_timeout_s, connect=self._limits.connect_timeout_s
        )
        async with httpx.AsyncClient(
            transport=transport, timeout=timeout, trust_env=False, follow_redirects=False
        ) as client:
            yield Line(self._guard, self._limits, client, url)


class Line:
    """Requests to one receiver, one after another; its host is looked up once, with the first."""

    def __init__(
        self, guard: Guard, limits: WebhookLimits, client: httpx.AsyncClient, url: str
    ) -> None:
        self._guard = guard
        self._limits = limits
        self._client = client
        self._url = url
        self._checked: tuple[Target, Sequence[str]] | None = None

    async def send(self, body: bytes, headers: Mapping[str, str]) -> Answer:
        """What came of it; failures are answers too."""
        began = time.monotonic()

        def answer(status: int | None, error: str | None, **more: str | None) -> Answer:
            return Answer(status, error, round((time.monotonic() - began) * 1000), **more)

        try:
            async with asyncio.timeout(self._limits.delivery_timeout_s):
                response, text = await self._post(body, headers)
        except NotAllowed as refusal:
            return answer(None, f"Not sent: {refusal}.")
        except (TimeoutError, httpx.TimeoutException):
            return answer(None, "The receiver did not answer in time.")
        except ssl.SSLError:
            return answer(None, "The receiver's certificate is not valid for its host.")
        except socket.gaierror:
            return answer(None, "The host has no address.")
        except httpx.ConnectError as error:
            tls = "CERTIFICATE" in str(error).upper()
            return answer(
                None,
                "The receiver's certificate is not valid for its host."
                if tls
                else "No connection could be made.",
            )
        except (httpx.HTTPError, OSError):
            return answer(None, "The connection broke off before the answer.")
        refused = None if response.is_success else f"The receiver answered {response.status_code}."
        return answer(
            response.status_code,
            refused,
            body=text,
            retry_after=response.headers.get("retry-after"),
        )

    async def _post(self, body: bytes, headers: Mapping[str, str]) -> tuple[httpx.Response, str]:
        if self._checked is None:
            target = self._guard.target(self._url)
            addresses = await self._guard.addresses(target)
            self._checked = target, addresses[: self._limits.max_addresses]
        target, addresses = self._checked
        if not addresses:
            raise socket.gaierror("no address")
        for number, address in enumerate(addresses):
            try:
                answered = await self._post_to(target, address, body, headers)
            except (httpx.ConnectError, httpx.ConnectTimeout):
                if number == len(addresses) - 1:
                    raise
            else:
                self._checked = target, [address]  # whose connection is open
                return answered
        raise AssertionError("unreachable")

    async def _post_to(
        self, target: Target, address: str, body: bytes, headers: Mapping[str, str]
    ) -> tuple[httpx.Response, str]:
        url = httpx.URL(target.url)
        request = self._client.build_request(
            "POST",
            url.copy_with(host=address, port=target.port),
            content=body,
            headers={
                "Host": url.netloc.decode(),
                "Content-Type": "application/json",
                "User-Agent": USER_AGENT,
                "Accept-Encoding": "identity",
                **headers,
            },
            # The certificate has to be the name's, not the address's.
            extensions={"sni_hostname": target.host} if target.scheme == "https" else {},
        )
        response = await self._client.send(request, stream=True)
        try:
            return response, await self._beginning(response)
        finally:
            await response.aclose()

    async def _beginning(self, response: httpx.Response) -> str:
        """The first of the body as text. The rest is read as far as a connection is worth keeping."""
        kept, total = b"", 0
        async for (
            chunk
        ) in response.aiter_raw():  # never unpacked: a small answer may unpack to a large one
            kept = (kept + chunk)[: self._limits.kept_answer_bytes]
            total += len(chunk)
            if total > self._limits.max_answer_bytes:
                break
        return kept.decode(errors="replace").replace("\0", "\ufffd")
