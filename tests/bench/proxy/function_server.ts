// Functions that take a while, and functions that send events, on one port: `/delay/MS` and
// `/events`. Argument: the port.
import { EVENTS_PER_SECOND, toEventChunk } from "./event.ts";
import { accept, close, listen, monotonicMs, openPoller, receive, send } from "./sockets.ts";
import type { Socket } from "./sockets.ts";

/** An answer to send, or the next event of a stream. */
interface Due {
  readonly atMs: number;
  readonly socket: Socket;
  /** Which of the connections that had this descriptor. */
  readonly turn: number;
}

const MAX_WAIT_MS = 1_000;
const EVENT_INTERVAL_MS = 1e3 / EVENTS_PER_SECOND;

const EVENTS_PATH = "/events";

const encode = (text: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(text);
const ANSWER = encode("HTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\nhello world");
const EVENTS = encode(
  "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n",
);

const listener = listen(Number(Deno.args[0]));
const poller = openPoller();
const buffer = new Uint8Array(16 * 1024);
/** Answers and events that are due, by the path of the function, the earliest first. */
const queues = new Map<string, Due[]>();
/** Number of connections that a descriptor has had. */
const turns: number[] = [];
let phase = 0;

poller.add(listener);
for (;;) {
  poller.wait(waitMs(), onReady);
  sendDue(monotonicMs());
}

function onReady(socket: Socket): void {
  if (socket === listener) return acceptAll();
  const count = receive(socket, buffer);
  if (count <= 0) {
    turns[socket]!++;
    return close(socket);
  }
  const path = new TextDecoder().decode(buffer.subarray(0, Math.min(count, 64))).split(" ")[1]!;
  if (path === EVENTS_PATH) send(socket, EVENTS);
  const delayMs = path === EVENTS_PATH ? nextPhaseMs() : Number(path.split("/").at(-1));
  add(path, { atMs: monotonicMs() + delayMs, socket, turn: turns[socket]! });
}

/** Spreads streams over the interval of their events; the golden ratio does so for any number. */
function nextPhaseMs(): number {
  phase = (phase + 0.618) % 1;
  return phase * EVENT_INTERVAL_MS;
}

function add(path: string, due: Due): void {
  let queue = queues.get(path);
  if (queue === undefined) queues.set(path, queue = []);
  let place = queue.length;
  while (place > 0 && queue[place - 1]!.atMs > due.atMs) place--;
  queue.splice(place, 0, due);
}

function acceptAll(): void {
  for (let socket = accept(listener); socket >= 0; socket = accept(listener)) {
    turns[socket] = (turns[socket] ?? 0) + 1;
    poller.add(socket);
  }
}

function waitMs(): number {
  const firsts = [...queues.values()].flatMap((queue) => queue[0]?.atMs ?? []);
  const nextMs = Math.min(...firsts) - monotonicMs();
  return Math.max(0, Math.min(Math.ceil(nextMs), MAX_WAIT_MS));
}

function sendDue(nowMs: number): void {
  for (const [path, queue] of queues) {
    const count = queue.findIndex(({ atMs }) => atMs > nowMs);
    const due = queue.splice(0, count === -1 ? queue.length : count);
    for (const one of due) {
      // The client has left, and another one may have its descriptor.
      if (turns[one.socket] !== one.turn) continue;
      if (path !== EVENTS_PATH) {
        send(one.socket, ANSWER);
        continue;
      }
      send(one.socket, encode(toEventChunk(monotonicMs())));
      queue.push({ ...one, atMs: one.atMs + EVENT_INTERVAL_MS });
    }
  }
}
