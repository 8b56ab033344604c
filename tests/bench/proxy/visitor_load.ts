import { type AnswerReader, createAnswerReader } from "./answer_reader.ts";
import { type AnswerStream, openAnswers } from "./connection.ts";
import { type Waits, waitsOf } from "./distribution.ts";
import { Samples } from "./samples.ts";
import { close, connect, monotonicMs, openPoller, send, type Socket } from "./sockets.ts";

/** New clients at fixed times, whether earlier ones have their answers or not. */
export interface VisitorLoad {
  readonly type: "visitor";
  readonly port: number;
  readonly path: string;
  readonly everyMs: number;
  readonly measureMs: number;
}

/** Result of a load: waits from the planned time of a client until its answer. */
export interface VisitorResult extends Waits {
  readonly requests: number;
  readonly errors: number;
}

interface Visit {
  readonly plannedMs: number;
  readonly stream: AnswerStream;
}

/** Clients without an answer may still get it in this time after the end. */
const GRACE_MS = 3_000;

/** Runs a load: each client connects, sends a request and leaves. It blocks this thread. */
export function runVisitorLoad({ port, path, everyMs, measureMs }: VisitorLoad): VisitorResult {
  const request = new TextEncoder()
    .encode(`GET ${path} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nConnection: close\r\n\r\n`);
  const poller = openPoller();
  const reader: AnswerReader = createAnswerReader();
  const waits = new Samples();
  const visits = new Map<Socket, Visit>();
  let errors = 0;

  function visit(plannedMs: number): void {
    const socket = connect(port);
    visits.set(socket, { plannedMs, stream: openAnswers(reader) });
    poller.add(socket, send(socket, request) < 0);
  }

  function onReady(socket: Socket, wasConnecting: boolean): void {
    const { plannedMs, stream } = visits.get(socket)!;
    if (wasConnecting) {
      poller.connected(socket);
      if (send(socket, request) < 0) leave(socket, true);
      return;
    }
    const outcome = stream.read(socket);
    if (outcome === "partial") return;
    if (outcome !== "ended") waits.add(monotonicMs() - plannedMs);
    leave(socket, outcome !== "whole");
  }

  function leave(socket: Socket, hasFailed: boolean): void {
    if (hasFailed) errors++;
    visits.delete(socket);
    close(socket);
  }

  const beganMs = monotonicMs();
  let planned = 0;
  for (let nowMs = beganMs; nowMs < beganMs + measureMs; nowMs = monotonicMs()) {
    const nextMs = beganMs + planned * everyMs;
    if (nowMs >= nextMs) {
      visit(nextMs);
      planned++;
    } else poller.wait(Math.ceil(nextMs - nowMs), onReady);
  }
  const graceEndMs = monotonicMs() + GRACE_MS;
  while (visits.size > 0 && monotonicMs() < graceEndMs) poller.wait(1, onReady);
  const endMs = monotonicMs();
  const pending = [...visits.values()].map(({ plannedMs }) => endMs - plannedMs);
  // Those that still wait count in the percentiles, too: their waits are at least as long.
  for (const ms of pending) waits.add(ms);
  return { ...waitsOf(waits.values), requests: planned, errors };
}
