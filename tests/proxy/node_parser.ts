import { within } from "./harness.ts";

/** A request as read by Node's HTTP server. */
export interface NodeRequest {
  readonly method: string;
  readonly url: string;
  readonly version: string;
  /** Alternating names and values, as sent. */
  readonly fields: readonly string[];
  readonly body: string;
  /** True if the body was complete. */
  readonly isWhole: boolean;
}

/** The result for some bytes; `error` says why it stopped reading, if it did. */
export interface NodeReading {
  readonly requests: readonly NodeRequest[];
  readonly error: string | null;
}

/** Node's HTTP parser, in a process of its own that runs until it is disposed of. */
export interface NodeParser extends AsyncDisposable {
  /** Parses the bytes of one connection, one character each. Calls must not overlap. */
  readonly read: (text: string) => Promise<NodeReading>;
}

/** Starts the process. */
export function openNodeParser(): NodeParser {
  const child = new Deno.Command("node", {
    args: [new URL("node_parser.mjs", import.meta.url).pathname],
    // The environment could make it lenient.
    clearEnv: true,
    env: { PATH: Deno.env.get("PATH") ?? "" },
    stdin: "piped",
    stdout: "piped",
  }).spawn();
  const input = child.stdin.getWriter();
  const output = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  const encoder = new TextEncoder();
  let unread = "";

  async function readLine(): Promise<string> {
    for (;;) {
      const end = unread.indexOf("\n");
      if (end !== -1) {
        const line = unread.slice(0, end);
        unread = unread.slice(end + 1);
        return line;
      }
      const { value, done } = await output.read();
      if (done) throw new Error("node ended before it had answered");
      unread += value;
    }
  }

  return {
    async read(text) {
      await input.write(encoder.encode(`${JSON.stringify(text)}\n`));
      return JSON.parse(await within(readLine(), `what Node makes of ${JSON.stringify(text)}`));
    },
    async [Symbol.asyncDispose]() {
      // It may have exited already, which its reader has noticed.
      await input.close().catch(() => {});
      await output.cancel();
      await child.status;
    },
  };
}
