"""Is the server on this machine alive? For containers, so it loads next to nothing."""

from __future__ import annotations

import http.client

import click


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", type=int, envvar="PORT", default=8000, show_default=True, show_envvar=True)
@click.option("--ready", is_flag=True, help="Ask /readyz: is the database there as well?")
@click.option(
    "--timeout", "timeout_s", type=float, default=3.0, show_default=True, help="In seconds."
)
def healthcheck(host: str, port: int, ready: bool, timeout_s: float) -> None:
    """Exit with 0 if the server on this machine is alive, with 1 if it is not."""
    path = "/readyz" if ready else "/healthz"
    connection = http.client.HTTPConnection(host, port, timeout=timeout_s)
    try:
        connection.request("GET", path)
        status = connection.getresponse().status
    except (OSError, http.client.HTTPException) as error:
        raise click.ClickException(
            f"http://{host}:{port}{path} gives no answer: {error}."
        ) from error
    finally:
        connection.close()
    if status != http.HTTPStatus.OK:
        raise click.ClickException(f"http://{host}:{port}{path} answers {status}.")
