const http = require("http");
const { WebSocketServer } = require("ws");

const server = http.createServer((request, response) => response.end("plain"));
const wss = new WebSocketServer({ server, path: "/live" });
wss.on("connection", (socket, request) => {
  socket.send(`path ${request.url}`);
  socket.on("message", (data, isBinary) => {
    for (const client of wss.clients) client.send(data, { binary: isBinary });
  });
});
server.listen(3000);
