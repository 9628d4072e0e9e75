"""A reply of the assistant while it is written: its text piece by piece, its proposals, its end."""

from __future__ import annotations

import asyncio
import contextlib
from typing import Protocol, Self

import msgspec

from clientflow.channel import Channel
from clientflow.clients import Submit
from clientflow.errors import ClientFlowError, may_pass, refused
from clientflow.following import Status
from clientflow.records import Decided, Message, Proposal
from clientflow.rest import Rest, new_key, segment
from realtime import messages
from realtime.messages import AssistantFrame, Welcome


class ReplyText:
    """What is known of one reply, folded from frames and from REST. Offsets count code points, as `len` does."""

    def __init__(self, message: Message) -> None:
        self.message = message
        self.text = message.text
        self.hole = False  # a piece is missing: read the message
        self._proposals = {proposal.id: proposal for proposal in message.proposals}

    @property
    def over(self) -> bool:
        return self.message.status != "streaming" and not self.hole

    @property
    def proposals(self) -> list[Proposal]:
        return list(self._proposals.values())

    def read(self, message: Message) -> None:
        """As REST has it: while it is written the longer text counts, once it has ended the stored one."""
        if message.status != "streaming" or len(message.text) > len(self.text):
            self.text = message.text
        self.hole = False
        self._about(message)

    def heard(self, frame: AssistantFrame) -> None:
        text, offset = frame.text or "", frame.offset or 0
        if frame.event == "started":
            self.text, self.hole = text, False
        elif frame.event == "delta":
            self._grow(offset, text)
        elif frame.event != "proposal":  # the end: `offset` is the length of the whole
            self.hole = len(self.text) < offset
            self.text = self.text[:offset]
        if frame.proposal is not None:
            self._about_proposal(msgspec.convert(frame.proposal, Proposal))
        if frame.message is not None:
            self._about(msgspec.convert(frame.message, Message))

    def _grow(self, offset: int, text: str) -> None:
        if offset > len(self.text):
            self.hole = True
        elif offset + len(text) > len(self.text):
            self.text += text[len(self.text) - offset :]

    def _about(self, message: Message) -> None:
        if self.message.status == "streaming" or message.status != "streaming":
            self.message = message
        for proposal in message.proposals:
            self._about_proposal(proposal)

    def _about_proposal(self, proposal: Proposal) -> None:
        known = self._proposals.get(proposal.id)
        if known is None or known.status == "open" or proposal.status != "open":
            self._proposals[proposal.id] = proposal


class Hearing(Protocol):
    """A board that is followed anyhow, and passes on what the channel tells."""

    @property
    def status(self) -> Status: ...

    def hear(self, reply: AsyncReply) -> None: ...

    def unhear(self, reply: AsyncReply) -> None: ...


class AsyncReply:
    """`async with board.ask(…) as reply: async for piece in reply: …`

    What is said while the socket is away is read again: no piece is missed, none comes twice. Iterating ends with the
    reply, and raises `Refused` if it failed.
    """

    def __init__(
        self,
        rest: Rest,
        root: str,
        submit: Submit,
        live: Hearing | None,
        asked: messages.AskAssistant | str,
        key: str | None = None,
    ) -> None:
        self._rest = rest
        self._root = root
        self._submit = submit
        self._live = live
        self._own_channel: Channel | None = None
        self._asked = asked
        self._key = key or new_key()
        self._reply: ReplyText | None = None
        self._read = 0  # so much of the text was given out
        self._look_at = 0.0
        self._news = asyncio.Event()

    @property
    def message(self) -> Message:
        """Question and state, without the text."""
        return self._known.message

    @property
    def text(self) -> str:
        """So far."""
        return self._known.text

    @property
    def proposals(self) -> list[Proposal]:
        return self._known.proposals

    async def __aenter__(self) -> Self:
        if isinstance(self._asked, str):
            message = await self._rest.get(self._path(self._asked), Message)
        else:
            message = await self._submit(self._asked, Message, self._key)
        self._reply = ReplyText(message)
        if self._live is not None:
            self._live.hear(self)
            self._reply.hole = (
                message.status == "streaming"
            )  # its first frames may have come before the answer
        elif not self._reply.over:
            self._own_channel = Channel(self._rest, message.workspace_id, self, None)
            self._own_channel.open()
        return self

    async def __aexit__(self, *exc_info: object) -> None:
        if self._live is not None:
            self._live.unhear(self)
        if self._own_channel is not None:
            await self._own_channel.close()

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> str:
        """The next piece of the text. Raises `Refused` when the reply has failed."""
        while True:
            reply = self._known
            if self._read < len(reply.text):
                piece, self._read = reply.text[self._read :], len(reply.text)
                return piece
            if reply.over:
                if reply.message.problem is not None:
                    raise refused(reply.message.problem)
                raise StopAsyncIteration
            await self._wait()

    async def whole(self) -> str:
        """Wait for its end; gives all of the text."""
        async for _ in self:
            pass
        return self.text

    async def cancel(self) -> None:
        """Stop it; the text so far stays."""
        reference = messages.ReplyReference(message_id=self.message.id)
        command = messages.CancelReply(data=reference)
        self._known.read(await self._submit(command, Message, new_key()))
        self._news.set()

    async def apply(self, proposal: Proposal, *, key: str | None = None) -> Decided:
        """Carry a proposal out, as one's own. Raises `PreconditionFailed` when its client has changed since."""
        return await self._decide(messages.ApplyProposal(data=_reference(proposal)), key)

    async def dismiss(self, proposal: Proposal, *, key: str | None = None) -> Decided:
        return await self._decide(messages.DismissProposal(data=_reference(proposal)), key)

    async def _decide(
        self, command: messages.ApplyProposal | messages.DismissProposal, key: str | None
    ) -> Decided:
        decided = await self._submit(command, Decided, key or new_key())
        frame = AssistantFrame(
            event="proposal",
            message_id=decided.proposal.message_id,
            proposal=msgspec.to_builtins(decided.proposal),
        )
        self._known.heard(frame)
        return decided

    async def _wait(self) -> None:
        """For news; what is not heard is read."""
        limits = self._rest.limits
        source = self._live or self._own_channel
        live = source is not None and source.status == "live"
        if not self._known.hole:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(limits.reply_check_s if live else limits.reply_poll_s):
                    await self._news.wait()
                self._news.clear()
                return
        await self._look()

    async def _look(self) -> None:
        now = asyncio.get_running_loop().time()
        if self._look_at > now:  # what is stored may be a little behind what was sent
            await asyncio.sleep(self._look_at - now)
        self._look_at = now + self._rest.limits.reply_mend_s
        try:
            self._known.read(await self._rest.get(self._path(self.message.id), Message))
        except ClientFlowError as error:
            if not may_pass(error):
                raise

    @property
    def _known(self) -> ReplyText:
        assert self._reply is not None, "use it as a context manager: async with board.ask(…)"
        return self._reply

    def _path(self, message_id: str) -> str:
        return f"{self._root}/assistant/messages/{segment(message_id)}"

    # What the channel tells.

    async def load(self) -> int:
        raise AssertionError("a channel without a board loads none")

    def folded(self, change: messages.Change) -> None:
        pass

    def told(self, frame: object) -> None:
        reply = self._reply
        if reply is None or not isinstance(frame, AssistantFrame):
            return
        if frame.message_id == reply.message.id:
            reply.heard(frame)
            self._news.set()

    def joined(self, welcome: Welcome) -> None:
        if self._reply is not None:
            self._reply.hole = True  # what ended before the socket was there is not told again
            self._news.set()

    def ended(self, error: BaseException | None) -> None:
        self._news.set()


def _reference(proposal: Proposal) -> messages.ProposalReference:
    return messages.ProposalReference(message_id=proposal.message_id, proposal_id=proposal.id)
