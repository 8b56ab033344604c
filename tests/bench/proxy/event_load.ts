import { type Waits, waitsOf } from "./distribution.ts";
import { EVENTS_PER_SECOND, readEvents } from "./event.ts";
import { openMeter, type Spent } from "./meter.ts";
import { Samples } from "./samples.ts";
import { connect, monotonicMs, openPoller, receive, send, type Socket } from "./sockets.ts";

/** Streams of events that are read at the same time. */
export interface EventLoad {
  readonly type: "events";
  readonly port: number;
  readonly path: string;
  readonly streams: number;
  readonly warmMs: number;
  readonly measureMs: number;
  readonly pids: readonly number[];
}

/** Result of a load: the delays of events, from the function's write to the client's read. */
export interface EventResult extends Waits, Spent {
  readonly events: number;
  /** Streams without an event, which end, or whose bytes are not events. */
  readonly errors: number;
}

/** Streams get this time for their first event. */
const OPENING_MS = 10_000;
const POLL_MS = 20;
const BUFFER_BYTES = 64 * 1024;

/** Runs a load. It blocks this thread until the end. */
export function runEventLoad(load: EventLoad): EventResult {
  const { port, path, streams } = load;
  const request = new TextEncoder()
    .encode(`GET ${path} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\n\r\n`);
  const buffer = new Uint8Array(BUFFER_BYTES);
  const poller = openPoller();
  const delays = new Samples();
  const failed = new Set<Socket>();
  /** Time of the last event of each stream that has begun. */
  const lastSentMs = new Map<Socket, number>();

  function onReady(socket: Socket, wasConnecting: boolean): void {
    if (wasConnecting) {
      poller.connected(socket);
      send(socket, request);
      return;
    }
    const count = receive(socket, buffer);
    if (count <= 0) {
      failed.add(socket);
      poller.remove(socket);
      return;
    }
    const nowMs = monotonicMs();
    const sent = readEvents(buffer.subarray(0, count));
    for (const ms of sent) {
      if (!(ms <= nowMs)) failed.add(socket);
      delays.add(nowMs - ms);
      lastSentMs.set(socket, ms);
    }
  }

  function runUntil(endMs: number, isDone = (): boolean => false): void {
    while (monotonicMs() < endMs && !isDone()) poller.wait(POLL_MS, onReady);
  }

  for (let index = 0; index < streams; index++) {
    const socket = connect(port);
    poller.add(socket, send(socket, request) < 0);
  }
  runUntil(monotonicMs() + OPENING_MS, () => lastSentMs.size === streams);
  runUntil(monotonicMs() + load.warmMs);
  delays.clear();
  const meter = openMeter(load.pids);
  runUntil(monotonicMs() + load.measureMs);
  const spent = meter.read();
  const endMs = monotonicMs();
  const nextMs = 1e3 / EVENTS_PER_SECOND;
  const pending = [...lastSentMs.values()].map((ms) => endMs - ms - nextMs);
  return {
    ...waitsOf(delays.values, pending),
    ...spent,
    events: delays.values.length,
    errors: failed.size + streams - lastSentMs.size,
  };
}
