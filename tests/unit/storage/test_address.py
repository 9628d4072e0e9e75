"""The database URLs that are accepted."""

import pytest

from storage.address import normalised


@pytest.mark.parametrize(
    ("url", "normal"),
    [
        ("sqlite:///clientflow.db", "sqlite:///clientflow.db"),
        ("sqlite:////var/lib/clientflow.db", "sqlite:////var/lib/clientflow.db"),
        ("sqlite+aiosqlite:///clientflow.db", "sqlite:///clientflow.db"),
        ("postgres://ann:pw@db:5432/crm", "postgresql://ann:pw@db:5432/crm"),
        (
            "postgresql://ann:pw@db/crm?sslmode=require",
            "postgresql://ann:pw@db/crm?sslmode=require",
        ),
        ("postgresql+asyncpg://db/crm", "postgresql://db/crm"),
    ],
)
def test_urls_are_brought_into_one_form(url: str, normal: str) -> None:
    assert normalised(url) == normal


@pytest.mark.parametrize(
    "url",
    [
        "",
        "clientflow.db",
        "sqlite://",
        "sqlite:///",
        "sqlite:///:memory:",
        "sqlite://clientflow.db",
        "sqlite:///file.db?mode=ro",
        "mysql://ann:secret@db/crm",
        "postgresql+psycopg2://ann:secret@db/crm",
        "postgresql://ann:secret@db:port/crm",
        "postgresql://ann:secret@db1:5432,db2:5432/crm",
    ],
)
def test_other_urls_are_refused_without_telling_their_secret(url: str) -> None:
    with pytest.raises(ValueError, match=r"SQLite|database URL") as refused:
        normalised(url)

    assert "secret" not in str(refused.value)
