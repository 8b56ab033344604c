import { WebSocket } from "npm:ws@8.18.0";
import { finish, show, url } from "./observe.ts";

const socket = new WebSocket(`${url.replace("http", "ws")}/live`);
const next = () =>
  new Promise<string>((resolve, reject) => {
    socket.once("message", (data: unknown) => resolve(String(data)));
    socket.once("error", reject);
  });
show("greeting", await next());
let answer = next();
socket.send("to all");
show("broadcast", await answer);
answer = next();
socket.send("y".repeat(500_000));
show("half a megabyte", (await answer).length);
const pong = new Promise((resolve) => socket.once("pong", resolve));
socket.ping();
await pong;
show("pong", "yes");
socket.terminate();
finish();
