// A WebSocket chat: each message goes to everybody who is connected.
//
//   curl http://localhost:9999/websocket-chat
//
// That is the page; open it in two browser windows and write. curl 8.11 and later can listen too:
//
//   curl --no-buffer ws://localhost:9999/websocket-chat
import page from "./page.html" with { type: "text" };

/** A longer message closes its sender's connection. */
const MAX_LENGTH = 1_000;

const sockets = new Set<WebSocket>();

Deno.serve((request) => {
  if (request.headers.get("upgrade")?.toLowerCase() !== "websocket") {
    return new Response(page, {
      headers: { "content-type": "text/html; charset=utf-8" },
    });
  }
  const { socket, response } = Deno.upgradeWebSocket(request);
  socket.addEventListener("open", () => {
    sockets.add(socket);
    broadcast(`Someone joined: ${sockets.size} online`);
  });
  socket.addEventListener("message", ({ data }) => {
    if (typeof data !== "string" || data.length > MAX_LENGTH) {
      socket.close(1009, "Too long");
    } else broadcast(data);
  });
  socket.addEventListener("close", () => {
    sockets.delete(socket);
    broadcast(`Someone left: ${sockets.size} online`);
  });
  return response;
});

function broadcast(message: string): void {
  for (const socket of sockets) {
    if (socket.readyState === WebSocket.OPEN) socket.send(message);
  }
}
