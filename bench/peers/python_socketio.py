"""Every event of a socket goes to all sockets."""

import socketio

server = socketio.AsyncServer(async_mode="asgi")
app = socketio.ASGIApp(server)


@server.on("event")
async def event(sid: str, text: str) -> None:
    await server.emit("event", text)
