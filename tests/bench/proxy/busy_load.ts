import { createAnswerReader } from "./answer_reader.ts";
import { type AnswerStream, openAnswers } from "./connection.ts";
import { type Shares, sharesOf, type Waits, waitsOf } from "./distribution.ts";
import { openMeter, residentKbOf, type Spent } from "./meter.ts";
import { Samples } from "./samples.ts";
import { close, connect, monotonicMs, openPoller, send, type Socket } from "./sockets.ts";

/** A load of a fixed number of clients; each sends its next request after its last answer. */
export interface BusyLoad {
  readonly type: "busy";
  readonly port: number;
  readonly path: string;
  readonly connections: number;
  /** Clients that connect at the same time at the beginning; others do as these have answers. */
  readonly atOnce: number;
  /** A new connection for each request, instead of one for all. */
  readonly isFresh: boolean;
  /** Load before the measurement. */
  readonly warmMs: number;
  readonly measureMs: number;
  /** Time without requests after the measurement, with all connections open. */
  readonly idleMs: number;
  /** Processes whose CPU time counts. */
  readonly pids: readonly number[];
}

/** Result of a load. */
export interface BusyResult extends Waits, Shares, Spent {
  readonly requests: number;
  readonly errors: number;
  /**
   * Time from the first connection until each client had an answer; infinite if that did not happen
   * within ten seconds.
   */
  readonly openedMs: number;
  /** Resident memory of the processes at the end of the load. */
  readonly busyKb: number;
  /** The same after the time without requests. */
  readonly idleKb: number;
}

/** Clients get this time for their first answers. */
const OPENING_MS = 10_000;
const POLL_MS = 20;

/** Runs a load. It blocks this thread until the end. */
export function runBusyLoad(load: BusyLoad): BusyResult {
  const { port, path, connections, isFresh } = load;
  const connection = isFresh ? "Connection: close\r\n" : "";
  const request = new TextEncoder()
    .encode(`GET ${path} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\n${connection}\r\n`);
  const poller = openPoller();
  const reader = createAnswerReader();
  const waits = new Samples();
  const answers = new Uint32Array(connections);
  const sentAt = new Float64Array(connections);
  const hasAnswer = new Uint8Array(connections);
  const streams: AnswerStream[] = [];
  /** Index of the client that has a socket. */
  const owners: number[] = [];
  /** Present socket of each client. */
  const sockets: Socket[] = [];
  /** Clients that have begun to connect, and those that have had an answer. */
  let [begun, opened] = [0, 0];
  let errors = 0;
  /** Clients with a connection for each request have no idle ones, so they begin at once. */
  let hasBegun = isFresh;
  let isOver = false;

  function open(index: number): void {
    const socket = connect(port);
    owners[socket] = index;
    sockets[index] = socket;
    streams[index] = openAnswers(reader);
    sentAt[index] = monotonicMs();
    // A connection over loopback is usually established at once.
    poller.add(socket, send(socket, request) < 0);
  }

  function onReady(socket: Socket, wasConnecting: boolean): void {
    const index = owners[socket]!;
    if (wasConnecting) {
      poller.connected(socket);
      if (send(socket, request) < 0) fail(socket, index);
      return;
    }
    const outcome = streams[index]!.read(socket);
    if (outcome === "partial") return;
    if (outcome === "ended") return fail(socket, index);
    const nowMs = monotonicMs();
    waits.add(nowMs - sentAt[index]!);
    answers[index]!++;
    if (outcome === "failed") errors++;
    if (isOver) return;
    if (!hasAnswer[index]) opened++;
    hasAnswer[index] = 1;
    if (hasBegun) return askAgain(socket, index, nowMs);
    // It is idle until all others are open.
    sentAt[index] = Infinity;
    if (begun < connections) open(begun++);
  }

  function askAgain(socket: Socket, index: number, nowMs: number): void {
    if (isFresh) return reopen(socket, index);
    sentAt[index] = nowMs;
    send(socket, request);
  }

  function fail(socket: Socket, index: number): void {
    errors++;
    reopen(socket, index);
  }

  function reopen(socket: Socket, index: number): void {
    close(socket);
    open(index);
  }

  function runUntil(endMs: number, isDone = (): boolean => false): void {
    while (monotonicMs() < endMs && !isDone()) poller.wait(POLL_MS, onReady);
  }

  const beganMs = monotonicMs();
  const first = isFresh ? connections : Math.min(load.atOnce, connections);
  while (begun < first) open(begun++);
  runUntil(beganMs + OPENING_MS, () => opened === connections);
  const openedMs = opened === connections ? monotonicMs() - beganMs : Infinity;
  hasBegun = true;
  while (begun < connections) open(begun++);
  for (const [index, socket] of sockets.entries()) {
    if (sentAt[index] === Infinity) askAgain(socket, index, monotonicMs());
  }
  runUntil(monotonicMs() + load.warmMs);
  waits.clear();
  answers.fill(0);
  errors = 0;
  const meter = openMeter(load.pids);
  runUntil(monotonicMs() + load.measureMs);
  const spent = meter.read();
  const endMs = monotonicMs();
  const result = {
    ...waitsOf(waits.values, sentAt.map((at) => endMs - at)),
    ...sharesOf(answers),
    ...spent,
    requests: waits.values.length,
    errors,
    openedMs,
    busyKb: residentKbOf(load.pids),
  };
  isOver = true;
  runUntil(monotonicMs() + load.idleMs);
  return { ...result, idleKb: residentKbOf(load.pids) };
}
