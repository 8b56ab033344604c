import { createUpstream, type Upstream } from "../../lib/proxy/upstream.ts";
import { bytesOf, textOf } from "./harness.ts";

/** A function's response to a request. */
export interface Said {
  readonly text: string;
  /** True if it closes the connection after it. */
  readonly isLast?: boolean;
}

/** A function that reads each request to its end, answers, and records all bytes. */
export interface Recorder extends AsyncDisposable {
  readonly upstream: Upstream;
  /** Closes it, and returns the bytes of each connection, in the order of opening. */
  readonly finish: () => Promise<string>;
}

const NO_CONTENT: Said = { text: "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n" };

/** Starts a function that answers request number `index`, from 0, with `answerTo(index)`. */
export function openRecorder(answerTo: (index: number) => Said = () => NO_CONTENT): Recorder {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  const upstream = createUpstream({ hostname: "127.0.0.1", port });
  const served: Promise<string>[] = [];
  let requests = 0;
  let last: Promise<Deno.TcpConn> | undefined;
  let finished: Promise<string> | undefined;

  async function listen(): Promise<void> {
    for (;;) {
      const connection = await listener.accept();
      if (last !== undefined && connection.remoteAddr.port === (await last).localAddr.port) {
        connection.close();
        return;
      }
      served.push(serve(connection, () => answerTo(requests++)));
    }
  }

  const listening = listen();

  async function finish(): Promise<string> {
    upstream.close();
    // Connections are accepted in order, so all of the proxy's come before this one.
    last = Deno.connect({ hostname: "127.0.0.1", port });
    await listening;
    (await last).close();
    listener.close();
    return (await Promise.all(served)).join("");
  }

  return {
    upstream,
    finish: () => finished ??= finish(),
    async [Symbol.asyncDispose]() {
      await (finished ??= finish());
    },
  };
}

/** Answers the requests of one connection, and returns all bytes that it received. */
async function serve(connection: Deno.TcpConn, answer: () => Said): Promise<string> {
  const chunk = new Uint8Array(64 * 1024);
  let [received, next, isEnded] = ["", 0, false];
  try {
    for (;;) {
      const count = await connection.read(chunk);
      if (count === null) break;
      received += textOf(chunk.subarray(0, count));
      for (
        let end = endOfRequest(received, next);
        end !== -1 && !isEnded;
        end = endOfRequest(received, next)
      ) {
        next = end;
        const { text, isLast = false } = answer();
        await writeAll(connection, bytesOf(text));
        if (isLast) await connection.closeWrite();
        isEnded = isLast;
      }
    }
  } catch {
    // The proxy has reset the connection; the bytes so far count.
  }
  connection.close();
  return received;
}

async function writeAll(connection: Deno.TcpConn, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.length;) at += await connection.write(bytes.subarray(at));
}

/** Returns the end of the request that starts at `start`, or -1 if it is incomplete. */
function endOfRequest(text: string, start: number): number {
  const headEnd = text.indexOf("\r\n\r\n", start);
  if (headEnd === -1) return -1;
  const head = text.slice(start, headEnd);
  const body = headEnd + 4;
  const length = /^content-length:[ \t]*(\d+)/im.exec(head)?.[1];
  if (length !== undefined) {
    return body + Number(length) <= text.length ? body + Number(length) : -1;
  }
  return /^transfer-encoding:/im.test(head) ? endOfChunks(text, body) : body;
}

function endOfChunks(text: string, start: number): number {
  for (let at = start;;) {
    const lineEnd = text.indexOf("\r\n", at);
    if (lineEnd === -1) return -1;
    const size = Number.parseInt(text.slice(at, lineEnd), 16);
    if (size === 0) {
      // With trailers or without, the body ends with the first empty line.
      const end = text.indexOf("\r\n\r\n", lineEnd);
      return end === -1 ? -1 : end + 4;
    }
    at = lineEnd + 2 + size + 2;
  }
}
