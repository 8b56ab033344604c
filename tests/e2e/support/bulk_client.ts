import { PatternCheck, pieceAt } from "../../fixtures/streams/pattern.ts";
import { openPatience, within } from "../../patience.ts";
import type { Server } from "./harness.ts";
import { connect } from "./raw_client.ts";

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

/** Sends a large body to a route of the function `bulk`, each piece once the last was taken. */
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
      client.close();
      await sending.catch(() => {});
    },
  };
}
