"""A believable workspace to look around in: two people, and clients in every stage."""

from __future__ import annotations

from datetime import timedelta

import msgspec

from realtime.messages import (
    ClientDraft,
    CommentDraft,
    CreateClient,
    CreateComment,
    CreateInvite,
    InviteDraft,
    Money,
)
from server.errors import Conflict
from server.identity.accounts import Credentials, Registration
from server.identity.principal import Principal
from server.limits import Limits
from server.main import open_services
from server.services import Services
from server.settings import Settings
from server.times import utc_now

PASSWORD = "clientflow-demo"  # noqa: S105
PEOPLE = (
    ("ana@demo.clientflow.example", "Ana Souza"),
    ("ben@demo.clientflow.example", "Ben Fischer"),
)

# name, company, stage, amount in cents, currency, tags, days to the next action, notes
_CLIENTS: tuple[tuple[str, str, str, int, str, str, int | None, str], ...] = (
    (
        "Helena Prado",
        "Padaria Aurora",
        "lead",
        480_000,
        "BRL",
        "bakery inbound",
        2,
        "Wants a tablet on every counter.",
    ),
    (
        "Tomás Lindgren",
        "Nordlys Cycles",
        "lead",
        1_250_000,
        "EUR",
        "retail",
        5,
        "Met at the Malmö fair.",
    ),
    (
        "Priya Raman",
        "Kestrel Analytics",
        "lead",
        3_600_000,
        "USD",
        "saas inbound",
        1,
        "Came through the pricing page.",
    ),
    (
        "Marek Dvořák",
        "Dvořák & Synové",
        "lead",
        780_000,
        "EUR",
        "manufacturing",
        None,
        "Prefers the phone to email.",
    ),
    (
        "Joana Teixeira",
        "Clínica Bem-Viver",
        "contacted",
        2_100_000,
        "BRL",
        "health priority",
        3,
        "Asked for LGPD papers.",
    ),
    (
        "Samuel Okafor",
        "Lagos Freight",
        "contacted",
        5_400_000,
        "USD",
        "logistics",
        0,
        "Two depots now, four next year.",
    ),
    (
        "Ingrid Haug",
        "Fjordhotell",
        "contacted",
        950_000,
        "EUR",
        "hospitality",
        9,
        "Season starts in May, decide before.",
    ),
    (
        "Chen Wei",
        "Bluepeak Robotics",
        "proposal",
        12_800_000,
        "USD",
        "enterprise priority",
        1,
        "Legal has our contract.",
    ),
    (
        "Laura Bianchi",
        "Studio Bianchi",
        "proposal",
        640_000,
        "EUR",
        "design",
        4,
        "Compares us with one other offer.",
    ),
    (
        "Rafael Nogueira",
        "Café do Cais",
        "proposal",
        360_000,
        "BRL",
        "hospitality",
        6,
        "Wants to start with one shop.",
    ),
    (
        "Amelia Wright",
        "Hartwell Books",
        "won",
        1_480_000,
        "GBP",
        "retail",
        None,
        "Rollout on the first of the month.",
    ),
    (
        "Yusuf Demir",
        "Demir Tekstil",
        "won",
        2_900_000,
        "EUR",
        "manufacturing",
        14,
        "Ask for a reference after the pilot.",
    ),
    (
        "Nina Kowalski",
        "Zielona Farma",
        "won",
        1_120_000,
        "EUR",
        "agriculture",
        None,
        "Paid the first year ahead.",
    ),
    (
        "George Miller",
        "Miller Plumbing",
        "lost",
        220_000,
        "USD",
        "trades",
        None,
        "Too small for now, write again in spring.",
    ),
    (
        "Sofia Petrova",
        "Orlov Interiors",
        "lost",
        870_000,
        "EUR",
        "design",
        None,
        "Went with a local agency.",
    ),
)


async def fill_demo(settings: Settings) -> str:
    """Make the two accounts and a workspace of theirs; gives the text that tells how to sign in."""
    async with open_services(settings, Limits()) as services:
        ana, ben = [await _person(services, email, name) for email, name in PEOPLE]
        answer = await services.commands.create_workspace(ana, "Sales 2026", key=None)
        workspace_id: str = msgspec.json.decode(answer.result)["id"]
        await _invite(services, workspace_id, ana, ben)
        for index, row in enumerate(_CLIENTS):
            await _add(services, workspace_id, (ana, ben)[index % 2], row)
    logins = "\n".join(f"  {email}   password {PASSWORD}" for email, _ in PEOPLE)
    return (
        f"The workspace 'Sales 2026' has {len(_CLIENTS)} clients. "
        f"Sign in at http://localhost:{settings.port} as\n{logins}"
    )


async def _person(services: Services, email: str, name: str) -> Principal:
    try:
        signed_in = await services.accounts.register(Registration(email, PASSWORD, name))
    except Conflict:
        signed_in = await services.accounts.login(Credentials(email, PASSWORD))
    return await services.accounts.identify(signed_in.access_token)


async def _invite(services: Services, workspace_id: str, host: Principal, guest: Principal) -> None:
    command = CreateInvite(data=InviteDraft(role="editor", email=guest.user.email))
    answer = await services.commands.execute(host, workspace_id, command, key=None, via="rest")
    code = msgspec.json.decode(answer.result)["code"]
    await services.commands.accept_invite(guest, code)


async def _add(
    services: Services,
    workspace_id: str,
    person: Principal,
    row: tuple[str, str, str, int, str, str, int | None, str],
) -> None:
    name, company, stage, amount, currency, tags, days, notes = row
    draft = ClientDraft(
        name=name,
        company=company,
        email=f"{company.encode('ascii', 'ignore').decode().split()[0].lower()}@mail.example",
        stage=stage,
        value=Money(amount=amount, currency=currency),
        owner_id=person.user_id,
        tags=tags.split(),
        notes=notes,
        next_action_at=None if days is None else utc_now() + timedelta(days=days),
    )
    answer = await services.commands.execute(
        person, workspace_id, CreateClient(data=draft), key=None, via="import"
    )
    comment = CommentDraft(body=f"First call done. {notes}")
    command = CreateComment(client_id=msgspec.json.decode(answer.result)["id"], data=comment)
    await services.commands.execute(person, workspace_id, command, key=None, via="import")
