"""clientflow import and export: CSV files in and out"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import IO, Any, Literal, cast

import click

from clientflow.cli.command import Session, talks
from clientflow.cli.fields import PairType
from clientflow.cli.output import Output, text_of
from clientflow.records import ImportReport, ImportTrial
from clientflow.transfer import Match

_SHOWN_ERRORS = 20


@click.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--match",
    type=click.Choice(["external_id", "email", "none"]),
    default="none",
    show_default=True,
    help="A row changes the client that has the same; none: every row is a new client.",
)
@click.option(
    "--map",
    "mapping",
    type=PairType(),
    multiple=True,
    metavar="COLUMN=FIELD",
    help="What a column is; the others go by their names. May be repeated.",
)
@click.option(
    "--ignore", multiple=True, metavar="COLUMN", help="Leave a column out. May be repeated."
)
@click.option("--currency", help="Of amounts that have none.")
@click.option("--dry-run", is_flag=True, help="Change nothing, tell what would be.")
@click.option("--stop-on-error", is_flag=True, help="Keep everything out if a row cannot be read.")
@click.option("--key", help="An Idempotency-Key: repeated with the same, nothing comes in twice.")
@talks
async def import_file(
    session: Session,
    file: Path,
    match: str,
    mapping: tuple[tuple[str, str], ...],
    ignore: tuple[str, ...],
    currency: str | None,
    dry_run: bool,
    stop_on_error: bool,
    key: str | None,
) -> None:
    """Bring a CSV file in. Exit code 1 when rows have failed."""
    workspace = await session.workspace()
    columns: dict[str, str | None] = {**dict(mapping), **dict.fromkeys(ignore)}
    options: dict[str, Any] = {
        "match": cast(Match, match),
        "mapping": columns or None,
        "currency": currency,
    }
    report: ImportReport | ImportTrial
    if dry_run:
        report = await workspace.transfer.preview(file, **options)
        _show_trial(session.out, report)
    else:
        on_error: Literal["skip", "stop"] = "stop" if stop_on_error else "skip"
        progress = _Progress()
        try:
            report = await workspace.transfer.bring_in(
                file, on_error=on_error, key=key, on_progress=progress, **options
            )
        finally:
            progress.end()
        _show_report(session.out, report)
    if report.failed:
        click.get_current_context().exit(1)


@click.command("export")
@click.option(
    "-o", "--output", type=click.Path(dir_okay=False, path_type=Path), help="Else standard output."
)
@talks
async def export_file(session: Session, output: Path | None) -> None:
    """Write every client as CSV."""
    workspace = await session.workspace()
    if output is None:
        async for piece in workspace.transfer.export():
            sys.stdout.buffer.write(piece)
        sys.stdout.buffer.flush()
        return
    # Under another name until it is whole.
    partial = output.with_name(f"{output.name}.part")
    count = 0
    try:
        with partial.open("wb") as file:
            count = await _written(workspace.transfer.export(), file)
        partial.replace(output)
    finally:
        partial.unlink(missing_ok=True)
    session.out.done(f"{output}: {count:,} bytes.", {"file": str(output), "bytes": count})


async def _written(pieces: Any, file: IO[bytes]) -> int:
    count = 0
    meter = _Meter()
    async for piece in pieces:
        count += file.write(piece)
        meter.show(f"{count:,} bytes")
    meter.end()
    return count


class _Meter:
    """One line of standard error that is written over, where that is a terminal."""

    def __init__(self) -> None:
        self._on = sys.stderr.isatty()
        self._drawn = False

    def show(self, text: str) -> None:
        if self._on:
            self._drawn = True
            click.echo(f"\r\x1b[K{text}", nl=False, err=True)

    def end(self) -> None:
        if self._drawn:
            click.echo("\r\x1b[K", nl=False, err=True)


class _Progress:
    """Rows that are done, as a bar."""

    _WIDTH = 30

    def __init__(self) -> None:
        self._meter = _Meter()

    def __call__(self, done: int, total: int) -> None:
        full = self._WIDTH * done // max(total, 1)
        bar = "#" * full + "-" * (self._WIDTH - full)
        self._meter.show(f"[{bar}] {done:,} of {total:,} rows")

    def end(self) -> None:
        self._meter.end()


def _show_report(out: Output, report: ImportReport) -> None:
    if out.as_json:
        out.value(report)
        return
    counts = ("rows", "created", "updated", "unchanged", "failed")
    out.line(", ".join(f"{getattr(report, name):,} {name}" for name in counts))
    if report.stopped:
        out.line("It was stopped at the first chunk with a row that failed.")
    _show_errors(report)


def _show_trial(out: Output, trial: ImportTrial) -> None:
    if out.as_json:
        out.value(trial)
        return
    form = f"{trial.encoding}, delimiter {trial.delimiter!r}"
    out.line(f"{trial.rows:,} rows, {trial.failed:,} would fail; {form}")
    for column, field in trial.mapping.items():
        out.line(f"  {text_of(column)} → {field or '(left out)'}")
    out.rows(
        trial.preview,
        [
            ("ROW", lambda row: row.row),
            ("ACTION", lambda row: row.action),
            ("CLIENT", lambda row: (row.client or {}).get("name")),
            ("STAGE", lambda row: (row.client or {}).get("stage")),
        ],
    )
    _show_errors(trial)


def _show_errors(report: ImportReport | ImportTrial) -> None:
    for error in report.errors[:_SHOWN_ERRORS]:
        click.echo(f"row {error.row}: {text_of(error.field)}: {text_of(error.message)}", err=True)
    if len(report.errors) > _SHOWN_ERRORS:
        click.echo(f"… {len(report.errors) - _SHOWN_ERRORS:,} more: see --json", err=True)
