"""compose.yaml: it is what the Compose specification wants, and fits the image, nginx and the server."""

import re
from typing import Any

import pytest
import yaml
from compose_spec import PyCompose

from server.settings import Settings
from server.workers import GRACEFUL_TIMEOUT_S
from tests.services import ROOT
from tests.services.nginx import CONFIGURATION

Json = dict[str, Any]
GIVEN = {"POSTGRES_PASSWORD": "pw", "JWT_SECRET_KEY": "0123456789abcdefghijklmnopqrstuv"}


def interpolated(text: str, given: dict[str, str]) -> str:
    """`${NAME:-default}` and `${NAME:?complaint}`, as Compose fills them in. Raises KeyError with the complaint."""

    def value(match: re.Match[str]) -> str:
        name, operator, rest = match.groups()
        if given.get(name):
            return given[name]
        if operator == ":?":
            raise KeyError(f"{name}: {rest}")
        return str(rest)

    return re.sub(r"\$\{(\w+)(:[-?])([^}]*)\}", value, text)


@pytest.fixture
def compose() -> Json:
    text = interpolated((ROOT / "compose.yaml").read_text(), GIVEN)
    assert "$" not in re.sub(r"^\s*#.*$", "", text, flags=re.MULTILINE)
    loaded: Json = yaml.safe_load(text)
    return loaded


def seconds(duration: str) -> int:
    return int(duration.removesuffix("s"))


def test_it_is_as_the_compose_specification_wants_it(compose: Json) -> None:
    parsed = PyCompose.from_yaml(yaml.safe_dump(compose))
    names = {"postgres", "redis", "one", "two", "nginx"}
    assert set(parsed.service_names()) == names
    with pytest.raises(ValueError, match="depends"):
        PyCompose.from_yaml("services: {one: {image: a, depends: [two]}}")


@pytest.mark.parametrize("secret", GIVEN)
def test_it_does_not_start_without_its_secrets_and_holds_none(secret: str) -> None:
    text = (ROOT / "compose.yaml").read_text()
    with pytest.raises(KeyError, match=secret):
        interpolated(text, GIVEN | {secret: ""})


def test_instances_wait_for_their_services_and_nginx_for_the_instances(compose: Json) -> None:
    services, healthy = compose["services"], {"condition": "service_healthy"}
    for name in ("one", "two"):
        assert services[name]["depends_on"] == {"postgres": healthy, "redis": healthy}
    assert services["nginx"]["depends_on"] == {"one": healthy, "two": healthy}
    for name in ("postgres", "redis"):
        assert services[name]["healthcheck"]["test"][0] == "CMD"


def test_the_instances_start_with_the_settings_given(compose: Json) -> None:
    for name in ("one", "two"):
        environment = compose["services"][name]["environment"]
        settings = Settings.from_environment(
            {key: str(value or "") for key, value in environment.items()}
        )
        assert settings.production
        assert settings.postgres_url is not None
        assert settings.redis_url is not None


def test_nothing_but_nginx_has_a_port_and_the_app_may_write_nothing_but_its_tmp(
    compose: Json,
) -> None:
    services = compose["services"]
    assert [name for name, service in services.items() if "ports" in service] == ["nginx"]
    for name in ("one", "two", "nginx", "redis"):
        assert services[name]["read_only"] is True
        assert services[name]["cap_drop"] == ["ALL"]
        assert services[name]["security_opt"] == ["no-new-privileges:true"]
    assert seconds(services["one"]["stop_grace_period"]) > GRACEFUL_TIMEOUT_S


def test_nginx_knows_the_instances_by_their_names(compose: Json) -> None:
    upstreams = re.findall(r"^\s*server (\w+):(\d+)", CONFIGURATION.read_text(), re.MULTILINE)
    assert upstreams == [("one", "8000"), ("two", "8000")]
    assert {name for name, _ in upstreams} <= set(compose["services"])
    (mount,) = compose["services"]["nginx"]["volumes"]
    assert mount == "./infra/nginx/nginx.conf:/etc/nginx/nginx.conf:ro"
    (port,) = compose["services"]["nginx"]["ports"]
    (listening,) = re.findall(r"listen (\d+)", CONFIGURATION.read_text())
    assert port.endswith(f":{listening}")
