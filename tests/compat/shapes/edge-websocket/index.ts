Deno.serve((req) => {
  const upgrade = req.headers.get("upgrade") || "";
  if (upgrade.toLowerCase() != "websocket") {
    return new Response("request isn't trying to upgrade to websocket.", { status: 400 });
  }
  const { socket, response } = Deno.upgradeWebSocket(req, { protocol: "chat" });
  socket.onmessage = (e) => {
    socket.send(e.data);
    if (e.data === "bye") socket.close(4000, "as you wish");
  };
  socket.onerror = (e) => console.log("socket errored:", e.message);
  return response;
});
