import { type Message, parseMessage, UNKNOWN } from "./message.ts";

/** A connection between a supervisor and the one that replaces it. */
export interface Channel extends Disposable {
  /** Sends a message; no effect if the other process has ended. */
  readonly send: (message: Message) => Promise<void>;
  /** Returns the next message; `undefined` when the other process has closed the connection or ended. */
  readonly next: () => Promise<Message | undefined>;
}

/** Far more than the names of all functions. */
const MAX_LINE = 16 * 1024 ** 2;

/** Opens the channel on a connection, and owns it. */
export function openChannel(connection: Deno.UnixConn): Channel {
  const lines = readLines(connection);
  return {
    async send(message) {
      let rest = new TextEncoder().encode(`${JSON.stringify(message)}\n`);
      try {
        while (rest.length > 0) rest = rest.subarray(await connection.write(rest));
      } catch {
        // The reader sees the end as well.
      }
    },
    async next() {
      for (;;) {
        const { value, done } = await lines.next();
        if (done) return undefined;
        const message = parseMessage(value);
        if (message.type !== UNKNOWN.type) return message;
      }
    },
    [Symbol.dispose]() {
      try {
        connection.close();
      } catch {
        // It is closed.
      }
    },
  };
}

async function* readLines(connection: Deno.UnixConn): AsyncGenerator<string, void> {
  const decoder = new TextDecoder();
  const buffer = new Uint8Array(16 * 1024);
  let text = "";
  for (;;) {
    const count = await connection.read(buffer).catch(() => null);
    if (count === null) return;
    text += decoder.decode(buffer.subarray(0, count), { stream: true });
    const lines = text.split("\n");
    text = lines.pop()!;
    yield* lines;
    if (text.length > MAX_LINE) return;
  }
}
