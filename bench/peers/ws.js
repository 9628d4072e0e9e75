// Broadcast to all clients, as the README of ws shows it.
import { WebSocket, WebSocketServer } from "ws";

const port = Number(process.env.PORT);
const server = new WebSocketServer({ host: "127.0.0.1", port, backlog: 4096 });

server.on("connection", (socket) => {
  socket.on("error", console.error);
  socket.on("message", (data, isBinary) => {
    for (const client of server.clients) {
      if (client.readyState === WebSocket.OPEN) client.send(data, { binary: isBinary });
    }
  });
});
