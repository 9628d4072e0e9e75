"""nginx for tests, with the configuration that compose.yaml mounts."""

import os
import re
import shutil
import socket
from collections.abc import Sequence

from tests.services.process import ROOT, Service, ServiceFailed

CONFIGURATION = ROOT / "infra" / "nginx" / "nginx.conf"


class Nginx(Service):
    """infra/nginx/nginx.conf in front of servers on these ports: only addresses and paths are others."""

    name = "nginx"

    def __init__(self, ports: Sequence[int], *, by_workspace: bool = False) -> None:
        """`by_workspace`: the other way to choose an instance that the file speaks of."""
        super().__init__()
        self._ports = ports
        self._by_workspace = by_workspace

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def ws_url(self) -> str:
        return f"ws://127.0.0.1:{self.port}"

    def configuration(self) -> str:
        """As in compose.yaml, with the port, the upstreams and the writable folder of this test."""
        text = CONFIGURATION.read_text()
        text = text.replace("listen 8080", f"listen 127.0.0.1:{self.port}")
        text = text.replace(" /tmp/", f" {self.folder}/")
        text = re.sub(r"/dev/std(out|err)", rf"{self.folder}/\1", text)
        if self._by_workspace:
            (other_way,) = re.findall(r'"(hash .*;)"', text)
            text = text.replace("least_conn;", other_way)
        upstreams = re.findall(r"^\s*server (\S+:8000)( .*;)$", text, re.MULTILINE)
        options = upstreams[0][1]
        first, *others = (f"server {name}{options_}" for name, options_ in upstreams)
        for other in others:
            text = text.replace(other, "")
        ours = "\n".join(f"server 127.0.0.1:{port}{options}" for port in self._ports)
        return text.replace(first, ours)

    def command(self) -> list[str]:
        path = self.folder / "nginx.conf"
        path.write_text(self.configuration())
        program = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin:/usr/local/sbin")
        if program is None:
            raise ServiceFailed("nginx is not installed; `make test` sets it up")
        # Its workers would become nobody, who may not write into this folder.
        own = "user root;" if os.geteuid() == 0 else ""
        return [program, "-p", str(self.folder), "-c", str(path), "-e", str(self.folder / "err"),
                "-g", f"daemon off; {own}"]  # fmt: skip

    def answers(self) -> bool:
        try:
            socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
        except OSError:
            return False
        return True

    @property
    def errors(self) -> str:
        """What nginx itself complained of."""
        return (self.folder / "err").read_text()
