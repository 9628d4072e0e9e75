"""What the client says of the server is what the server says: errors, records, routes; and the sync face is whole."""

import inspect
import subprocess
import sys
from typing import Any, get_args

import msgspec
import pytest

import clientflow
from clientflow import blocking, errors, records
from clientflow.client import AsyncClientFlow
from clientflow.clients import AsyncClients
from clientflow.live import AsyncLive
from clientflow.replies import AsyncReply
from clientflow.routes import route_of
from clientflow.transfer import AsyncTransfer
from clientflow.version import VERSION
from clientflow.workspace import AsyncWorkspace
from realtime import messages
from realtime.problems import Problem, ProblemKind
from server.api import shapes
from server.api.registry import ENDPOINTS
from server.identity.sessions import SignedIn
from server.version import VERSION as SERVER_VERSION
from storage import records as stored
from tests.services import ROOT

PAIRS = [
    (records.User, stored.User),
    (records.SignedIn, SignedIn),
    (records.PersonalToken, shapes.TokenWithSecret),
    (records.WorkspaceInfo, stored.Membership),
    (records.Stage, stored.Stage),
    (records.Member, stored.Member),
    (records.Invite, shapes.InviteWithCode),
    (records.Joined, shapes.Joined),
    (records.Client, stored.Client),
    (records.Comment, stored.AuthoredComment),
    (records.HistoryItem, shapes.HistoryItem),
    (records.FieldChange, shapes.FieldChange),
    (records.Proposal, shapes.Proposal),
    (records.Message, shapes.Message),
    (records.Decided, shapes.Decided),
    (records.ImportReport, shapes.Imported),
    (records.ImportTrial, shapes.Trial),
    (records.ImportPreview, shapes.PreviewedRow),
    (records.RowError, shapes.RowError),
]
FACES = [
    (blocking.ClientFlow, AsyncClientFlow),
    (blocking.Workspace, AsyncWorkspace),
    (blocking.Clients, AsyncClients),
    (blocking.Transfer, AsyncTransfer),
    (blocking.Reply, AsyncReply),
    (blocking.Live, AsyncLive),
]
# What the channel tells is not for the caller.
TOLD = {"load", "folded", "told", "joined", "ended", "hear", "unhear"}
# Only for the channel, or for webhooks, which the client does not administer.
WITHOUT_ROUTE = {"client.import"}


def wire_fields(struct: Any) -> set[str]:
    return set(struct.__struct_encode_fields__)


@pytest.mark.parametrize(("ours", "theirs"), PAIRS, ids=lambda struct: struct.__name__)
def test_a_record_asks_for_no_field_that_the_server_does_not_send(ours: Any, theirs: Any) -> None:
    assert wire_fields(ours) <= wire_fields(theirs)


def test_a_client_has_every_field_of_the_server() -> None:
    assert wire_fields(records.Client) == wire_fields(stored.Client)
    assert set(records.ClientFields.__annotations__) == set(messages.ClientPatch.__struct_fields__)


@pytest.mark.parametrize("kind", ProblemKind, ids=lambda kind: kind.anchor)
def test_every_kind_of_problem_has_its_error(kind: ProblemKind) -> None:
    error = errors.refused(Problem.of(kind, "no"))
    assert type(error) is errors.OF_KIND[kind]
    assert type(error).__name__ == "".join(part.title() for part in kind.name.split("_"))
    assert type(error).__name__ in clientflow.__all__
    assert isinstance(error, errors.ClientFlowError)


def test_a_problem_of_the_future_is_known_by_its_status() -> None:
    problem = Problem("/docs/errors#unheard-of", "?", 409, "no")
    assert type(errors.refused(problem)) is errors.Conflict
    assert type(errors.refused(Problem("about:blank", "?", 418, "no"))) is errors.Refused


def example(command: Any) -> Any:
    """A command with as much as it needs."""
    filled: dict[str, Any] = {}
    for field in msgspec.structs.fields(command):
        if field.required:
            filled[field.name] = "x" if field.type in (str, messages.Reference) else None
    if "data" in filled:
        data = next(f.type for f in msgspec.structs.fields(command) if f.name == "data")
        empty = {f.name: "x" for f in msgspec.structs.fields(data) if f.required}
        filled["data"] = data(**empty)
    return command(**filled)


def test_every_command_has_the_route_that_the_server_has() -> None:
    described = {(each.operation, each.method) for each in ENDPOINTS if each.writes}
    for command in get_args(messages.AnyCommand):
        operation = command.__struct_config__.tag
        if operation in WITHOUT_ROUTE or operation.startswith("webhook."):
            continue
        route = route_of(example(command))
        assert (operation, route.method) in described, operation


@pytest.mark.parametrize(("face", "core"), FACES, ids=lambda face: face.__name__)
def test_the_sync_face_has_all_that_the_async_one_has(face: type, core: type) -> None:
    def public(of: type) -> set[str]:
        return {name for name in dir(of) if not name.startswith("_")} - TOLD

    instance_fields = {"clients", "transfer", "id"}
    assert public(core) - instance_fields == public(face) - instance_fields
    for name in public(core):
        method, of_core = getattr(face, name), getattr(core, name)
        if inspect.isfunction(of_core):
            assert inspect.getdoc(method) == inspect.getdoc(of_core), name


def test_the_client_loads_neither_the_server_nor_the_database() -> None:
    code = (
        "import sys, clientflow, clientflow.cli\n"
        "heavy = {'server', 'storage', 'sqlalchemy', 'starlette', 'uvicorn', 'redis', 'openai'}\n"
        "sys.exit(' '.join(heavy & sys.modules.keys()) or 0)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_client_and_server_have_one_version() -> None:
    assert VERSION == SERVER_VERSION == clientflow.__version__
