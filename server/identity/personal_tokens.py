"""Personal access tokens, with which scripts speak for their user."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from realtime.messages import Name
from server.answers import Answer, Answers, fingerprint_of
from server.errors import Invalid, NotFound, Unauthorized
from server.identity.derived import DerivedSecrets
from server.identity.principal import Principal
from server.identity.revocations import Revocations
from server.identity.sessions import own_session
from server.ids import digest, new_id, new_secret
from server.times import in_utc, utc_now
from storage import Storage
from storage.errors import Duplicate
from storage.records import PersonalToken

PREFIX = "cfp_"  # lets secret scanners, and `Accounts.identify`, tell it from an access token
_TOUCH_EVERY = timedelta(minutes=5)


class TokenDraft(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    name: Name
    scopes: Annotated[list[Literal["read", "write"]], Meta(min_length=1, max_length=2)]
    workspace_id: str | None = None
    expires_at: Annotated[datetime, Meta(tz=True)] | None = None


class PersonalTokens:
    """Only their hashes are stored."""

    def __init__(self, storage: Storage, secrets: DerivedSecrets, revocations: Revocations) -> None:
        self._storage = storage
        self._secrets = secrets
        self._revocations = revocations
        self._answers = Answers(storage)

    async def create(self, principal: Principal, draft: TokenDraft, *, key: str | None) -> Answer:
        """A token with its secret, which a repetition under `key` shows again.

        Raises `Forbidden` for a personal access token, `Unauthorized`, `NotFound`, `Invalid`.
        """
        session_id = own_session(principal)
        if draft.workspace_id and not await self._storage.members.role(
            draft.workspace_id, principal.user_id
        ):
            raise NotFound("workspace_id: there is no such workspace.")
        now = await self._storage.now()
        expires_at = in_utc("expires_at", draft.expires_at) if draft.expires_at else None
        if expires_at is not None and expires_at <= now:
            raise Invalid.field("expires_at", "Must be in the future")
        token = PersonalToken(
            id=new_id(),
            user_id=principal.user_id,
            name=draft.name,
            scopes=sorted(set(draft.scopes)),
            workspace_id=draft.workspace_id,
            expires_at=expires_at,
            created_at=now,
        )
        secret = self._secrets.personal_token(token.id, key) if key else new_secret()
        fingerprint = fingerprint_of("token.create", draft)
        kept = msgspec.to_builtins(token) | {"made_with": self._secrets.key_id}
        answer = Answer(201, 0, None, msgspec.json.encode(kept))
        try:
            async with self._storage.transaction():
                # It will outlive the session: one that has just ended, unknown here yet, must not make any.
                await self._storage.users.held(principal.user_id)
                if await self._storage.users.in_session(principal.user_id, session_id) is None:
                    raise Unauthorized("This session has ended: sign in again.")
                first = await self._answers.find(principal.user_id, key, fingerprint)
                if first is None:
                    await self._storage.personal_tokens.add(token, digest(PREFIX + secret))
                    await self._answers.remember(
                        principal.user_id, key, fingerprint, answer, now, draft.workspace_id
                    )
        except Duplicate as duplicate:
            first = await self._answers.after_collision(
                principal.user_id, key, fingerprint, duplicate
            )
        shown = msgspec.json.decode((first or answer).result)
        made_with = shown.pop("made_with", None)
        if first is not None and key is not None:
            secret = self._secrets.personal_token(shown["id"], key, made_with)
        shown["token"] = PREFIX + secret
        return dataclasses.replace(answer, result=msgspec.json.encode(shown))

    async def list(self, principal: Principal) -> Sequence[PersonalToken]:
        """Those of the user. Raises `Forbidden` for a personal access token."""
        own_session(principal)
        return await self._storage.personal_tokens.list(principal.user_id)

    async def delete(self, principal: Principal, token_id: str) -> None:
        """Also ends the channels that were opened with it. Raises `Forbidden`, `NotFound`."""
        own_session(principal)
        async with self._storage.transaction():
            if not await self._storage.personal_tokens.delete(principal.user_id, token_id):
                raise NotFound("There is no such token.")
            await self._storage.revocations.add(principal.user_id, utc_now(), token_ids=[token_id])
        await self._revocations.announce()

    async def identify(self, secret: str) -> Principal:
        """Who speaks by it. Raises `Unauthorized`."""
        token = await self._storage.personal_tokens.by_hash(digest(secret))
        if token is None or (token.expires_at is not None and token.expires_at <= utc_now()):
            raise Unauthorized("The personal access token is not valid any more.")
        user = await self._storage.users.get(token.user_id)
        if user is None:
            raise Unauthorized("This account no longer exists.")
        if token.last_used_at is None or utc_now() - token.last_used_at > _TOUCH_EVERY:
            await self._storage.personal_tokens.touch(token.id, utc_now())
        return Principal(
            user,
            expires_at=token.expires_at.timestamp() if token.expires_at else None,
            can_write="write" in token.scopes,
            only_workspace_id=token.workspace_id,
            token_id=token.id,
        )
