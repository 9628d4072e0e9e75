"""A reply of the assistant as one socket is told of it."""

from __future__ import annotations

from typing import Any

Json = dict[str, Any]
ENDS = ("done", "error", "cancelled")


class SeenReply:
    """Holds the channel to its word: each delta begins where the text ends, and the end tells its length."""

    def __init__(self) -> None:
        self.frames: list[Json] = []
        self.text = ""
        self.message: Json | None = None
        self.proposals: dict[str, Json] = {}
        self.ended: str | None = None

    @property
    def status(self) -> str | None:
        return None if self.message is None else str(self.message["status"])

    @property
    def problem(self) -> Json:
        assert self.message is not None
        problem: Json = self.message["problem"]
        return problem

    @property
    def events(self) -> list[str]:
        return [frame["event"] for frame in self.frames]

    def take(self, frame: Json) -> None:
        self.frames.append(frame)
        event = frame["event"]
        if event == "started":
            assert frame["offset"] == 0
            self.text, self.message = frame["text"], frame["message"]
            self._take_proposals(frame["message"]["proposals"])
        elif event == "delta":
            assert self.ended is None, "text after the end"
            assert frame["offset"] == len(self.text), "a hole in the text"
            self.text += frame["text"]
        elif event == "proposal":
            self._take_proposals([frame["proposal"]])
        elif event in ENDS:
            assert self.ended is None, "ended twice"
            assert frame["offset"] == len(self.text), "the end is not where the text ends"
            self.ended, self.message = event, frame["message"]
            self._take_proposals(frame["message"]["proposals"])

    def _take_proposals(self, proposals: list[Json]) -> None:
        self.proposals.update({proposal["id"]: proposal for proposal in proposals})
