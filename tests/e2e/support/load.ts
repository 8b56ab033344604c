import { Peer } from "../../proxy/harness.ts";
import type { Server } from "./harness.ts";

/** Options of {@linkcode startLoad}. */
export interface LoadOptions {
  /** Path of a function whose answers have a Content-Length. */
  readonly path: string;
  readonly connections: number;
  /** Pause of a connection between an answer and its next request; none by default. */
  readonly pauseMs?: number;
}

/** Results of all clients. */
export interface LoadResult {
  readonly requests: number;
  /** First failures: answers that were missing, incomplete or not 200. */
  readonly failures: readonly string[];
  /** All different answers. */
  readonly texts: ReadonlySet<string>;
}

/** Clients that send requests continuously. */
export interface Load {
  /** Resolves after this number of further answers. */
  readonly answers: (count: number) => Promise<void>;
  /** Waits for in-flight requests, stops the clients, and returns the results. */
  readonly stop: () => Promise<LoadResult>;
}

/** Maximum number of failures to report. */
const MAX_FAILURES = 20;

/** Sends requests on a number of persistent connections until it is stopped. */
export function startLoad(server: Server, options: LoadOptions): Load {
  const { path, connections, pauseMs = 0 } = options;
  const { hostname, port } = new URL(server.url);
  const request = `GET ${path} HTTP/1.1\r\nHost: ${hostname}\r\n\r\n`;
  const over = new AbortController();
  const failures: string[] = [];
  const texts = new Set<string>();
  let requests = 0;

  async function ask(peer: Peer): Promise<void> {
    await peer.write(request);
    const head = await peer.readHead();
    const length = /\r\ncontent-length: (\d+)\r\n/i.exec(head)?.[1];
    if (length === undefined) throw new Error(`An answer without a length: ${head}`);
    const text = await peer.read(Number(length));
    if (!head.startsWith("HTTP/1.1 200 ")) throw new Error(head + text);
    if (/\r\nconnection: close\r\n/i.test(head)) throw new Error(`It is not kept: ${head}`);
    texts.add(text);
    requests++;
  }

  async function client(): Promise<void> {
    while (!over.signal.aborted) {
      try {
        using peer = new Peer(await Deno.connect({ hostname, port: Number(port) }));
        while (!over.signal.aborted) {
          await ask(peer);
          if (pauseMs > 0) await new Promise((resolve) => setTimeout(resolve, pauseMs));
        }
      } catch (error) {
        if (failures.length < MAX_FAILURES) failures.push((error as Error).message);
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
    }
  }

  const clients = Array.from({ length: connections }, client);
  return {
    async answers(count) {
      const wanted = requests + count;
      while (requests < wanted && failures.length < MAX_FAILURES) {
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
    },
    async stop() {
      over.abort();
      await Promise.all(clients);
      return { requests, failures, texts };
    },
  };
}
