"""/auth and /tokens."""

from __future__ import annotations

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from server.api.http import (
    answered,
    idempotency_key,
    json_response,
    principal_of,
    read_body,
    resource,
)
from server.identity.accounts import Credentials, RefreshRequest, Registration, TokenDraft
from server.services import services_of

_registration = msgspec.json.Decoder(Registration)
_credentials = msgspec.json.Decoder(Credentials)
_refresh = msgspec.json.Decoder(RefreshRequest)
_token = msgspec.json.Decoder(TokenDraft)
_SECRET = {"Cache-Control": "no-store"}  # RFC 6749, section 5.1


async def register(request: Request) -> Response:
    registration = await read_body(request, _registration)
    return json_response(await services_of(request).accounts.register(registration), 201, _SECRET)


async def login(request: Request) -> Response:
    credentials = await read_body(request, _credentials)
    return json_response(await services_of(request).accounts.login(credentials), 200, _SECRET)


async def refresh(request: Request) -> Response:
    body = await read_body(request, _refresh)
    accounts = services_of(request).accounts
    signed_in = await accounts.refresh(body.refresh_token, key=idempotency_key(request))
    return json_response(signed_in, 200, _SECRET)


async def logout(request: Request) -> Response:
    body = await read_body(request, _refresh)
    await services_of(request).accounts.logout(body.refresh_token)
    return Response(status_code=204)


async def me(request: Request) -> Response:
    return json_response((await principal_of(request)).user)


async def list_tokens(request: Request) -> Response:
    tokens = await services_of(request).accounts.tokens(await principal_of(request))
    return json_response({"items": tokens, "next_cursor": None})


async def create_token(request: Request) -> Response:
    principal = await principal_of(request)
    draft = await read_body(request, _token)
    accounts = services_of(request).accounts
    return answered(
        await accounts.create_token(principal, draft, key=idempotency_key(request)), _SECRET
    )


async def delete_token(request: Request) -> Response:
    principal = await principal_of(request)
    await services_of(request).accounts.delete_token(principal, request.path_params["token_id"])
    return Response(status_code=204)


routes = [
    resource("/auth/register", POST=register),
    resource("/auth/login", POST=login),
    resource("/auth/refresh", POST=refresh),
    resource("/auth/logout", POST=logout),
    resource("/auth/me", GET=me),
    resource("/tokens", GET=list_tokens, POST=create_token),
    resource("/tokens/{token_id}", DELETE=delete_token),
]
