import { eventually } from "./harness.ts";

const MAIN = new URL("../../../cli/main.ts", import.meta.url).pathname;

/** A running `ddsrv logs --follow`. Disposing of it stops it. */
export interface Follower extends AsyncDisposable {
  /** Returns its output so far. */
  readonly output: () => string;
  /** Resolves once its output contains a text. */
  readonly prints: (text: string) => Promise<void>;
  /** Interrupts it like Ctrl-C, and returns its exit code. */
  readonly stop: () => Promise<number>;
}

/** Starts `ddsrv logs --follow`; it inherits standard error. */
export function startFollower(...args: string[]): Follower {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "--allow-all", MAIN, "logs", "--follow", ...args],
    env: { NO_COLOR: "1" },
    stdin: "null",
    stdout: "piped",
  }).spawn();
  let output = "";
  const reading = (async () => {
    for await (const text of child.stdout.pipeThrough(new TextDecoderStream())) output += text;
  })();
  let code: number | undefined;
  const stop = async (): Promise<number> => {
    if (code === undefined) child.kill("SIGINT");
    code = (await child.status).code;
    await reading;
    return code;
  };
  return {
    output: () => output,
    prints: (text) => eventually(`${text} in ${output}`, () => output.includes(text)),
    stop,
    async [Symbol.asyncDispose]() {
      await stop();
    },
  };
}
