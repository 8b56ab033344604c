// The browser's own WebSocket.
import { finish, show, url } from "./observe.ts";

const plain = await fetch(url);
show("without an upgrade", await plain.text(), plain.status);
const socket = new WebSocket(`${url.replace("http", "ws")}/`, "chat");
socket.binaryType = "arraybuffer";
const next = () =>
  new Promise<unknown>((resolve) => {
    socket.onmessage = ({ data }) =>
      resolve(typeof data === "string" ? data : [...new Uint8Array(data)]);
  });
await new Promise((resolve, reject) => {
  socket.onopen = resolve;
  socket.onerror = (event) => reject((event as ErrorEvent).error ?? new Error("no connection"));
});
show("protocol", socket.protocol);
let answer = next();
socket.send("hello");
show("text", await answer);
answer = next();
socket.send(new Uint8Array([1, 2, 3]));
show("bytes", await answer);
const large = "x".repeat(1_000_000);
answer = next();
socket.send(large);
show("a megabyte", (await answer as string).length);
const closed = new Promise<CloseEvent>((resolve) => socket.onclose = resolve);
socket.send("bye");
const { code, reason } = await closed;
show("close", { code, reason });
finish();
