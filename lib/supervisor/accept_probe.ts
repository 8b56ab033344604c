import { readTcpUnaccepted, readUnixUnaccepted } from "../process/accept_queue.ts";
import { connectEndpoint } from "../system/connect_endpoint.ts";
import type { Endpoint } from "../system/endpoint.ts";
import type { HangEvidence } from "./hang_verdict.ts";

/** A connection without a byte on it, by which an instance shows whether it still accepts. */
export interface AcceptProbe extends Disposable {
  readonly look: () => Promise<HangEvidence["connection"]>;
}

/** The instance to connect to. */
export interface ProbedInstance {
  readonly pid: number;
  readonly endpoint: Endpoint;
}

/** Error codes of a connection that the kernel refuses because its queue is full. */
const CROWDED = ["EAGAIN", "EWOULDBLOCK", "ETIMEDOUT"];

/**
 * Opens a connection to an instance. Its server accepts it as any other, and gets no request: code
 * of the function that runs on `Deno.serve` or a default export sees nothing of it.
 */
export function openAcceptProbe({ pid, endpoint }: ProbedInstance): AcceptProbe {
  const abort = new AbortController();
  let connection: Deno.TcpConn | Deno.UnixConn | undefined;
  // Where the queue is full, the kernel answers nothing, and goes on asking.
  let problem: HangEvidence["connection"] = "waits";
  const connecting = connectEndpoint(endpoint, abort.signal).then((opened) => {
    connection = opened;
    if (abort.signal.aborted) opened.close();
  }).catch((error) => {
    const { code, name } = error as { readonly code?: string; readonly name: string };
    const isCrowded = CROWDED.includes(code ?? "") || ["TimedOut", "WouldBlock"].includes(name);
    problem = isCrowded ? "waits" : "unknown";
  });
  void connecting;

  return {
    async look() {
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
