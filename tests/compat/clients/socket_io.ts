import { io } from "npm:socket.io-client@4.8.1";
import { finish, show, url } from "./observe.ts";

const { origin, pathname } = new URL(`${url}/`);
for (const transports of [["polling"], ["websocket"], ["polling", "websocket"]]) {
  const socket = io(origin, { path: `${pathname}socket.io/`, transports, reconnection: false });
  const heard = (event: string) => new Promise((resolve) => socket.once(event, resolve));
  const kind = transports.join(", then ");
  socket.on("connect_error", (error: Error) => {
    show(`${kind}: error`, error.message);
    finish();
  });
  show(`${kind}: welcome`, await heard("welcome"));
  show(`${kind}: acknowledgement`, await socket.emitWithAck("sum", [1, 2, 3]));
  show(`${kind}: bytes`, await socket.emitWithAck("bytes", new Uint8Array(70_000)));
  const joined = heard("joined");
  socket.emit("room", "a");
  show(`${kind}: room`, await joined);
  socket.disconnect();
}
finish();
