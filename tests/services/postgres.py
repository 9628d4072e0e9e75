"""A PostgreSQL for tests."""

import contextlib
import os
import pwd
import shutil
import signal
import subprocess
import uuid
from pathlib import Path
from typing import Any

from tests.services.process import Service, ServiceFailed


class PostgresServer(Service):
    """A cluster of its own. It would survive its own crash, but for speed not the machine's."""

    name = "postgres"
    stop_signal = signal.SIGINT  # "fast": ends the sessions, then stops

    def __init__(self) -> None:
        super().__init__()
        self._data = self.folder / "data"
        if os.geteuid() == 0:
            account = pwd.getpwnam("postgres")
            os.chown(self.folder, account.pw_uid, account.pw_gid)
        self._run("initdb", "-D", str(self._data), "-U", "clientflow", "-A", "trust", "--no-sync",
                  "--encoding=UTF8", "--locale=C.UTF-8", "--no-instructions")  # fmt: skip

    def owner(self) -> dict[str, Any]:
        if os.geteuid() != 0:
            return {}
        return {"user": "postgres", "group": "postgres", "extra_groups": []}

    def command(self) -> list[str]:
        settings = {
            "port": self.port,
            "listen_addresses": "127.0.0.1",
            "unix_socket_directories": self.folder,
            "max_connections": 200,
            "fsync": "off",
            "full_page_writes": "off",
        }
        options = [part for key, value in settings.items() for part in ("-c", f"{key}={value}")]
        return [_postgres_program("postgres"), "-D", str(self._data), *options]

    def answers(self) -> bool:
        check = [_postgres_program("pg_isready"), "-q", "-h", "127.0.0.1", "-p", str(self.port)]
        return subprocess.run(check, check=False).returncode == 0

    def kill(self) -> int:
        """Ends it as a crash would: at its next start it recovers.

        A bare SIGKILL would leave its children, which hold the data, to end in their own time.
        """
        if self.running:
            self.send_signal(signal.SIGQUIT)
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.wait(self.stop_timeout_s)
        return super().kill()

    def url(self, database: str) -> str:
        return f"postgresql://clientflow:clientflow@127.0.0.1:{self.port}/{database}"

    def create_database(self) -> str:
        """The URL of a new, empty database."""
        database = f"test_{uuid.uuid4().hex}"
        self.execute(f"CREATE DATABASE {database}")
        return self.url(database)

    def drop_database(self, url: str) -> None:
        self.execute(f"DROP DATABASE IF EXISTS {url.rpartition('/')[2]} WITH (FORCE)")

    def restored_copy(self, url: str) -> str:
        """The URL of a new database that was restored from a dump of this one, as the runbook says."""
        reach = ["-h", "127.0.0.1", "-p", str(self.port), "-U", "clientflow"]
        dump, copy = str(self.folder / "copy.dump"), self.create_database()
        source, target = url.rpartition("/")[2], copy.rpartition("/")[2]
        self._run("pg_dump", *reach, "--format=custom", f"--file={dump}", source)
        self._run("pg_restore", *reach, f"--dbname={target}", dump)
        return copy

    def execute(self, sql: str, database: str = "postgres") -> str:
        """Runs one statement as superuser, from outside the app; returns psql's bare rows."""
        return self._run("psql", "-h", "127.0.0.1", "-p", str(self.port), "-U", "clientflow",
                         "-d", database, "-XAtqc", sql)  # fmt: skip

    def _run(self, program: str, *arguments: str) -> str:
        done = subprocess.run(
            [_postgres_program(program), *arguments],
            cwd=self.folder,
            env=self.environment(),
            capture_output=True,
            text=True,
            check=False,
            **self.owner(),
        )
        if done.returncode:
            raise ServiceFailed(f"{program} failed:\n{done.stdout}{done.stderr}")
        return str(done.stdout).strip()


def _postgres_program(name: str) -> str:
    """The newest installed PostgreSQL's program: Debian keeps them outside PATH."""
    versions = sorted(
        Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parts[-2])
    )
    for folder in reversed(versions):
        if (folder / name).exists():
            return str(folder / name)
    if found := shutil.which(name):
        return found
    raise ServiceFailed(f"PostgreSQL's {name} is not installed; `make test` sets it up")
