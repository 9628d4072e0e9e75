"""A question as the analyst takes it."""

from __future__ import annotations

import re
from collections.abc import Generator
from datetime import datetime
from functools import cached_property
from typing import Any, TypeAlias, TypeVar

import msgspec

from server.assistant.local.language import Language, language_of
from storage.folding import folded

# What people call the usual stages, beside their keys and names.
_STAGE_WORDS = {
    "won": ("ganho", "ganha", "ganhos", "ganhas", "fechado", "closed won"),
    "lost": ("perdido", "perdida", "perdidos", "perdidas", "closed lost"),
    "proposal": ("proposta", "propostas", "proposals"),
    "contacted": ("contatado", "contatada", "contactado", "contatados", "contacted"),
    "lead": ("leads",),
}


class Named(msgspec.Struct, frozen=True):
    id: str
    name: str


class Stage(msgspec.Struct, frozen=True):
    key: str
    name: str


class Situation(msgspec.Struct, frozen=True):
    """What every model is told before it is asked."""

    workspace: str
    now: datetime
    asked_by: Named
    stages: list[Stage]
    client_in_question: Named | None


class Call(msgspec.Struct, frozen=True):
    name: str
    input: dict[str, Any] = {}


Found: TypeAlias = dict[str, Any]
R = TypeVar("R")
Steps: TypeAlias = Generator[list[Call], list[Found], R]
Analysis: TypeAlias = Steps[str]


class Question:
    def __init__(self, text: str, situation: Situation) -> None:
        self.text = " ".join(text.split())
        self.situation = situation

    @cached_property
    def folded(self) -> str:
        """Without case and accents, single spaces."""
        return folded(self.text)

    @cached_property
    def language(self) -> Language:
        return language_of(self.text)

    def say(self, english: str, portuguese: str) -> str:
        """In the language of the question."""
        return portuguese if self.language == "pt" else english

    def part(self, text: str) -> Question:
        """A part of it, to be answered in the language of the whole."""
        part = Question(text, self.situation)
        part.language = self.language
        return part

    def has(self, pattern: str) -> bool:
        """Whether the folded question matches at the beginning of a word."""
        return re.search(rf"\b(?:{pattern})", self.folded) is not None

    def stage_name(self, key: str) -> str:
        return next((stage.name for stage in self.situation.stages if stage.key == key), key)

    def stage_called(self, words: str) -> Stage | None:
        """The stage of this name or key, or of what people call it."""
        wanted = folded(words).strip(" .!?'\"“”")
        for stage in self.situation.stages:
            if wanted in (folded(stage.name), stage.key, *_STAGE_WORDS.get(stage.key, ())):
                return stage
        return None

    def stage_mentioned(self) -> Stage | None:
        for stage in self.situation.stages:
            for name in (folded(stage.name), stage.key, *_STAGE_WORDS.get(stage.key, ())):
                if re.search(rf"\b{re.escape(name)}\b", self.folded):
                    return stage
        return None
