import { Peer } from "../../proxy/harness.ts";
import type { Server } from "./harness.ts";

/** Options of {@linkcode startRestartLoad}. */
export interface RestartLoadOptions {
  /** Path of a function whose answers have a Content-Length. */
  readonly path: string;
  /** Clients that keep their connection until an answer says that it is the last one. */
  readonly kept: number;
  /** Clients that open a connection for each request. */
  readonly fresh: number;
}

/** Results of all clients. */
export interface RestartLoadResult {
  readonly requests: number;
  /** Each request without a complete answer of status 200, and each refused connection. */
  readonly failures: readonly string[];
}

/** Clients that send requests continuously. */
export interface RestartLoad {
  /** Resolves after this number of further answers. */
  readonly answers: (count: number) => Promise<void>;
  readonly stop: () => Promise<RestartLoadResult>;
}

/** Sends requests until it is stopped. A request is never sent a second time. */
export function startRestartLoad(server: Server, options: RestartLoadOptions): RestartLoad {
  const { hostname, port } = new URL(server.url);
  const over = new AbortController();
  const failures: string[] = [];
  let requests = 0;

  /** Returns false after the last answer on a connection. */
  async function ask(peer: Peer, isKept: boolean): Promise<boolean> {
    const field = isKept ? "" : "Connection: close\r\n";
    await peer.write(`GET ${options.path} HTTP/1.1\r\nHost: ${hostname}\r\n${field}\r\n`);
    const head = await peer.readHead();
    const length = /\r\ncontent-length: (\d+)\r\n/i.exec(head)?.[1];
    if (!head.startsWith("HTTP/1.1 200 ") || length === undefined) throw new Error(head);
    await peer.read(Number(length));
    requests++;
    return !/\r\nconnection: close\r\n/i.test(head);
  }

  async function client(isKept: boolean): Promise<void> {
    while (!over.signal.aborted) {
      try {
        using peer = new Peer(await Deno.connect({ hostname, port: Number(port) }));
        while (await ask(peer, isKept) && !over.signal.aborted) await pause();
      } catch (error) {
        failures.push((error as Error).message);
      }
      await pause();
    }
  }

  const clients = [
    ...Array.from({ length: options.kept }, () => client(true)),
    ...Array.from({ length: options.fresh }, () => client(false)),
  ];
  return {
    async answers(count) {
      const wanted = requests + count;
      while (requests < wanted && failures.length === 0) await pause();
    },
    async stop() {
      over.abort();
      await Promise.all(clients);
      return { requests, failures };
    },
  };
}

function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 5));
}
