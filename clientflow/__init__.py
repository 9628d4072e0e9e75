"""The Python client of ClientFlow: a live board, from a script.

`ClientFlow` is for scripts, `AsyncClientFlow` for programs with an event loop; both have the same methods. What goes
wrong is a `ClientFlowError`. docs/client.md shows all of it at work.
"""

from __future__ import annotations

from clientflow.blocking import ClientFlow, Clients, Live, Reply, Transfer, Workspace
from clientflow.board import Board
from clientflow.client import AsyncClientFlow
from clientflow.clients import AsyncClients
from clientflow.errors import (
    ClientFlowError,
    Conflict,
    Forbidden,
    Gone,
    Incompatible,
    Internal,
    Invalid,
    Malformed,
    MethodNotAllowed,
    ModelFailed,
    NotAcceptable,
    NotFound,
    PreconditionFailed,
    Refused,
    TooLarge,
    TooMany,
    Unauthorized,
    Unavailable,
    Unreachable,
    UnsupportedMediaType,
)
from clientflow.limits import ClientLimits
from clientflow.live import AsyncLive
from clientflow.records import (
    BulkResult,
    Client,
    ClientFields,
    Comment,
    Decided,
    HistoryItem,
    ImportReport,
    ImportTrial,
    Invite,
    Member,
    Message,
    PersonalToken,
    Proposal,
    SignedIn,
    Stage,
    User,
    WorkspaceInfo,
)
from clientflow.replies import AsyncReply
from clientflow.transfer import AsyncTransfer
from clientflow.version import VERSION
from clientflow.workspace import AsyncWorkspace
from realtime.messages import (
    Change,
    ClientDraft,
    ClientPatch,
    CreateClient,
    DeleteClient,
    Money,
    RestoreClient,
    UpdateClient,
)

__version__ = VERSION

__all__ = [
    "AsyncClientFlow",
    "AsyncClients",
    "AsyncLive",
    "AsyncReply",
    "AsyncTransfer",
    "AsyncWorkspace",
    "Board",
    "BulkResult",
    "Change",
    "Client",
    "ClientDraft",
    "ClientFields",
    "ClientFlow",
    "ClientFlowError",
    "ClientLimits",
    "ClientPatch",
    "Clients",
    "Comment",
    "Conflict",
    "CreateClient",
    "Decided",
    "DeleteClient",
    "Forbidden",
    "Gone",
    "HistoryItem",
    "ImportReport",
    "ImportTrial",
    "Incompatible",
    "Internal",
    "Invalid",
    "Invite",
    "Live",
    "Malformed",
    "Member",
    "Message",
    "MethodNotAllowed",
    "ModelFailed",
    "Money",
    "NotAcceptable",
    "NotFound",
    "PersonalToken",
    "PreconditionFailed",
    "Proposal",
    "Refused",
    "Reply",
    "RestoreClient",
    "SignedIn",
    "Stage",
    "TooLarge",
    "TooMany",
    "Transfer",
    "Unauthorized",
    "Unavailable",
    "Unreachable",
    "UnsupportedMediaType",
    "UpdateClient",
    "User",
    "Workspace",
    "WorkspaceInfo",
]
