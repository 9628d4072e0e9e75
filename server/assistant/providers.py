"""The provider that the settings ask for."""

from __future__ import annotations

from server.assistant.limits import AssistantLimits
from server.assistant.local.provider import LocalProvider
from server.assistant.provider import Provider
from server.settings import Settings


def provider_of(settings: Settings, limits: AssistantLimits) -> Provider:
    if settings.ai_provider == "local":
        return LocalProvider(limits.local_words_per_s)
    # Imported here: it takes half a second and some 45 MB, which only its users should pay.
    from server.assistant.openai_provider import OpenAIProvider

    return OpenAIProvider(settings, limits)
