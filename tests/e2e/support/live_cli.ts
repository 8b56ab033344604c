import { type CliResult, MAIN, testEnvironment, unhurried } from "./harness.ts";

/** A command that runs, and that somebody sits before. */
export interface LiveCli {
  /** Resolves when its output, both streams in one on a terminal, holds the text. */
  readonly said: (text: string) => Promise<void>;
  readonly write: (text: string) => Promise<void>;
  readonly signal: (signal: Deno.Signal) => void;
  readonly ended: Promise<CliResult>;
}

/** How it is run. */
export interface LiveOptions {
  readonly env?: Readonly<Record<string, string>>;
  /** On a pseudo-terminal of its own, see script(1); its output is all on standard output then. */
  readonly isTerminal?: boolean;
}

/** Starts a command, its input held open. */
export function startCli(args: readonly string[], options: LiveOptions = {}): LiveCli {
  const command = [Deno.execPath(), "run", "--quiet", "--allow-all", MAIN, ...unhurried(args)];
  const quoted = command.map((word) => `'${word.replaceAll("'", `'\\''`)}'`).join(" ");
  const [program = "", ...rest] = options.isTerminal
    ? ["script", "--quiet", "--return", "--command", `exec ${quoted}`, "/dev/null"]
    : command;
  const child = new Deno.Command(program, {
    args: rest,
    env: { ...testEnvironment(), TERM: "xterm", ...options.env },
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const writer = child.stdin.getWriter();
  const heard = { stdout: "", stderr: "" };
  let more = Promise.withResolvers<void>();
  const listen = async (name: "stdout" | "stderr"): Promise<void> => {
    for await (const text of child[name].pipeThrough(new TextDecoderStream())) {
      heard[name] += text;
      more.resolve();
      more = Promise.withResolvers();
    }
  };
  let hasEnded = false;
  const listening = Promise.all([listen("stdout"), listen("stderr")]);
  const ended = child.status.then(async ({ code }) => {
    await listening;
    await writer.close().catch(() => {});
    hasEnded = true;
    more.resolve();
    return { code, ...heard };
  });
  return {
    ended,
    async said(text) {
      while (!(heard.stdout + heard.stderr).includes(text)) {
        if (hasEnded) throw new Error(`It ended before "${text}": ${JSON.stringify(heard)}`);
        await more.promise;
      }
    },
    write: (text) => writer.write(new TextEncoder().encode(text)),
    signal: (signal) => child.kill(signal),
  };
}
