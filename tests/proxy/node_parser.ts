import { within } from "./harness.ts";

/** A request as Node's own HTTP server read it. */
export interface NodeRequest {
  readonly method: string;
  readonly url: string;
  readonly version: string;
  /** Names and values by turns, as they were sent. */
  readonly fields: readonly string[];
  readonly body: string;
  /** Whether the body came to its end. */
  readonly isWhole: boolean;
}

/** All that it made of some bytes; `error` is why it read no further, where there is a reason. */
export interface NodeReading {
  readonly requests: readonly NodeRequest[];
  readonly error: string | null;
}

/** Another HTTP parser than ours, in a process of its own that lives as long as this. */
export interface NodeParser extends AsyncDisposable {
  /** What it makes of a connection with these bytes, one character each; one at a time. */
  readonly read: (text: string) => Promise<NodeReading>;
}

/** Starts it. */
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
      // It may have ended by itself, which its reader was told.
      await input.close().catch(() => {});
      await output.cancel();
      await child.status;
    },
  };
}
