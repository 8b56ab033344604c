import { createServer } from "node:http";
import { Server } from "socket.io";

const http = createServer((request, response) => response.end("plain"));
const io = new Server(http);
io.on("connection", (socket) => {
  socket.emit("welcome", "hello");
  socket.on("sum", (numbers, reply) => reply(numbers.reduce((a, b) => a + b, 0)));
  socket.on("bytes", (bytes, reply) => reply(bytes.length));
  socket.on("room", (name) => {
    socket.join(name);
    io.to(name).emit("joined", name);
  });
});
http.listen(3000);
