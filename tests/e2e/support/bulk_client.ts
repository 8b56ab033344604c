import { PatternCheck, pieceAt } from "../../fixtures/streams/pattern.ts";
import { openPatience, within } from "../../patience.ts";
import type { Server } from "./harness.ts";
import { connect } from "./raw_client.ts";

/** A large answer whose head is read and whose body is not. */
export interface Download {
  /** The answer's Content-Length; `null` if it is chunked. */
  readonly length: string | null;
  /** Reads the whole body and returns the number of bytes and whether they are correct. */
  readonly finish: () => Promise<string>;
}

/** A large request in flight. */
export interface Upload extends AsyncDisposable {
  /** Number of bytes that the connection has accepted so far. */
  readonly sent: number;
  /** Resolves with the function's answer to the complete request. */
  readonly finish: () => Promise<string>;
}

/** Requests a large body from the function `bulk`. */
export async function beginDownload(server: Server, query: string): Promise<Download> {
  const response = await within(fetch(`${server.url}/bulk/download?${query}`), "a large answer");
  return {
    length: response.headers.get("content-length"),
    async finish() {
      const check = new PatternCheck();
      const reader = response.body!.getReader();
      for (;;) {
        const { done, value } = await within(reader.read(), "more of a large answer");
        if (done) return String(check);
        check.add(value);
      }
    },
  };
}

/**
 * Sends a large body to a route of the function `bulk`, each piece once the previous one is
 * accepted.
 */
export async function beginUpload(
  server: Server,
  options: { readonly route: string; readonly bytes: number; readonly isChunked: boolean },
): Promise<Upload> {
  const { route, bytes, isChunked } = options;
  const client = await connect(server);
  let sent = 0;

  async function send(): Promise<void> {
    const framing = isChunked ? "Transfer-Encoding: chunked" : `Content-Length: ${bytes}`;
    await client.write(
      `POST /bulk/${route} HTTP/1.1\r\nHost: h\r\nConnection: close\r\n${framing}\r\n\r\n`,
    );
    while (sent < bytes) {
      const piece = pieceAt(sent, bytes);
      using patience = openPatience("room for more of a large request");
      patience.signal.addEventListener("abort", () => client.close());
      if (isChunked) await client.write(`${piece.length.toString(16)}\r\n`);
      await client.write(piece);
      if (isChunked) await client.write("\r\n");
      sent += piece.length;
    }
    if (isChunked) await client.write("0\r\n\r\n");
  }

  const sending = send();
  // A caller that never calls finish() learns of a failure in another way.
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
      client.close();
      await sending.catch(() => {});
    },
  };
}
