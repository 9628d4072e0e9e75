// Every event of a socket goes to all sockets, as Socket.IO's "get started" page does it.
import { createServer } from "node:http";
import { Server } from "socket.io";

const server = createServer();
const io = new Server(server);

io.on("connection", (socket) => {
  socket.on("event", (text) => io.emit("event", text));
});
server.listen({ host: "127.0.0.1", port: Number(process.env.PORT), backlog: 4096 });
