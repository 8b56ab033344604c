import { readTcpUnaccepted, readUnixUnaccepted } from "../process/accept_queue.ts";
import { connectEndpoint } from "../system/connect_endpoint.ts";
import type { Endpoint } from "../system/endpoint.ts";
import type { HangEvidence } from "./hang_verdict.ts";

/** A connection without a byte on it, which shows whether an instance still accepts. */
export interface AcceptProbe extends Disposable {
  readonly check: () => Promise<HangEvidence["connection"]>;
}

export interface ProbedInstance {
  readonly pid: number;
  readonly endpoint: Endpoint;
}

/** Error codes of a connection that the kernel refuses because the accept queue is full. */
const QUEUE_FULL = ["EAGAIN", "EWOULDBLOCK", "ETIMEDOUT"];

/**
 * Opens a connection to an instance. Its server accepts the connection and gets no request: with
 * `Deno.serve` or a default export, code of the function does not notice it.
 */
export function openAcceptProbe({ pid, endpoint }: ProbedInstance): AcceptProbe {
  const abort = new AbortController();
  let connection: Deno.TcpConn | Deno.UnixConn | undefined;
  // With a full queue, the kernel gives no answer and repeats the attempt: the connection waits.
  let problem: HangEvidence["connection"] = "waits";
  const connecting = connectEndpoint(endpoint, abort.signal).then((opened) => {
    connection = opened;
    if (abort.signal.aborted) opened.close();
  }).catch((error) => {
    const { code, name } = error as { readonly code?: string; readonly name: string };
    const isQueueFull = QUEUE_FULL.includes(code ?? "") ||
      ["TimedOut", "WouldBlock"].includes(name);
    problem = isQueueFull ? "waits" : "unknown";
  });
  void connecting;

  return {
    async check() {
      if (connection === undefined) return problem;
      try {
        return await isUnaccepted(connection) ? "waits" : "accepted";
      } catch {
        return "unknown";
      }
    },
    [Symbol.dispose]() {
      if (abort.signal.aborted) return;
      abort.abort();
      connection?.close();
    },
  };

  function isUnaccepted({ localAddr }: Deno.TcpConn | Deno.UnixConn): Promise<boolean> {
    if ("path" in endpoint) return readUnixUnaccepted(endpoint.boundPath ?? endpoint.path);
    const { port: peerPort } = localAddr as Deno.NetAddr;
    return readTcpUnaccepted(pid, { port: endpoint.port, peerPort });
  }
}
