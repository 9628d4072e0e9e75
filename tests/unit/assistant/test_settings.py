"""The settings of the assistant's model."""

from pathlib import Path

import pytest

from server.settings import Settings, SettingsError

STRICT = {
    "ENVIRONMENT": "production",
    "JWT_SECRET_KEY": "0123456789abcdefghijklmnopqrstuvwxyz",
    "AI_PROVIDER": "openai",
}


def read(tmp_path: Path, **environ: str) -> Settings:
    return Settings.from_environment(environ, tmp_path / "secret")


def test_without_settings_the_analyst_answers(tmp_path: Path) -> None:
    settings = read(tmp_path)

    assert settings.ai_provider == "local"
    assert settings.openai_stall_seconds == 60


def test_production_does_not_start_with_a_model_that_nobody_can_reach(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="OPENAI_API_KEY must be set"):
        read(tmp_path, **STRICT)
    assert read(tmp_path, **STRICT, OPENAI_API_KEY="sk-x").openai_api_key == "sk-x"
    own = read(tmp_path, **STRICT, OPENAI_BASE_URL="http://ollama:11434/v1/")
    assert own.openai_base_url == "http://ollama:11434/v1"


def test_development_starts_without_a_key(tmp_path: Path) -> None:
    assert not read(tmp_path, AI_PROVIDER="openai").has_model_access


def test_every_wrong_setting_is_named(tmp_path: Path) -> None:
    with pytest.raises(SettingsError) as error:
        read(
            tmp_path,
            AI_PROVIDER="oracle",
            OPENAI_BASE_URL="ollama:11434",
            OPENAI_STALL_SECONDS="0",
            ASSISTANT_DAILY_TOKENS="many",
        )
    for name in (
        "AI_PROVIDER",
        "OPENAI_BASE_URL",
        "OPENAI_STALL_SECONDS",
        "ASSISTANT_DAILY_TOKENS",
    ):
        assert name in str(error.value)
