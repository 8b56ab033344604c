import { PatternCheck, pieceAt } from "../fixtures/streams/pattern.ts";
import type { Server } from "./harness.ts";
import { connect } from "./raw_client.ts";

/** Longer than the largest body takes anywhere; a transfer that comes to it has stalled for good. */
const PATIENCE_MS = 120_000;

/** A large answer whose head has come, and of whose body nothing is read yet. */
export interface Download {
  /** As the answer declares it; `null` when it is chunked. */
  readonly length: string | null;
  /** Reads all, and gives the count of bytes and whether they are right. */
  readonly finish: () => Promise<string>;
}

/** A large request that is on its way. */
export interface Upload extends AsyncDisposable {
  /** Bytes that the connection has taken so far. */
  readonly sent: number;
  /** What the function says when it has all. */
  readonly finish: () => Promise<string>;
}

/** Asks the function `bulk` for a large body. */
export async function beginDownload(server: Server, query: string): Promise<Download> {
  const response = await fetch(`${server.url}/bulk/download?${query}`, {
    signal: AbortSignal.timeout(PATIENCE_MS),
  });
  return {
    length: response.headers.get("content-length"),
    async finish() {
      const check = new PatternCheck();
      for await (const piece of response.body!) check.add(piece);
      return String(check);
    },
  };
}

/** Sends a large body to a route of the function `bulk`, each piece once the last was taken. */
export async function beginUpload(
  server: Server,
  options: { readonly route: string; readonly bytes: number; readonly isChunked: boolean },
): Promise<Upload> {
  const { route, bytes, isChunked } = options;
  const client = await connect(server);
  const timer = setTimeout(() => client.close(), PATIENCE_MS);
  let sent = 0;

  async function send(): Promise<void> {
    const framing = isChunked ? "Transfer-Encoding: chunked" : `Content-Length: ${bytes}`;
    await client.write(
      `POST /bulk/${route} HTTP/1.1\r\nHost: h\r\nConnection: close\r\n${framing}\r\n\r\n`,
    );
    while (sent < bytes) {
      const piece = pieceAt(sent, bytes);
      if (isChunked) await client.write(`${piece.length.toString(16)}\r\n`);
      await client.write(piece);
      if (isChunked) await client.write("\r\n");
      sent += piece.length;
    }
    if (isChunked) await client.write("0\r\n\r\n");
  }

  const sending = send();
  // Whoever does not wait for the end is told by something else.
  sending.catch(() => {});
  return {
    get sent() {
      return sent;
    },
    async finish() {
      await sending;
      await client.readHead();
      return await client.readAll();
    },
    async [Symbol.asyncDispose]() {
      clearTimeout(timer);
      client.close();
      await sending.catch(() => {});
    },
  };
}
