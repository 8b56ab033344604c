Deno.serve((request) => {
  if (request.headers.get("upgrade") !== "websocket") {
    return new Response("a WebSocket, please", { status: 426, headers: { upgrade: "websocket" } });
  }
  const { socket, response } = Deno.upgradeWebSocket(request, { protocol: "chat" });
  socket.binaryType = "arraybuffer";
  socket.onmessage = ({ data }) => {
    socket.send(typeof data === "string" ? data.toUpperCase() : new Uint8Array(data).reverse());
    if (data === "bye") socket.close(4000, "as you wish");
  };
  return response;
});
