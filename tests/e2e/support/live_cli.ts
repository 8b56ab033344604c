import { type CliResult, MAIN, testEnvironment, unhurried } from "./harness.ts";

/** A running interactive command. */
export interface LiveCli {
  /** Resolves once its output contains the text. On a terminal, both streams are one. */
  readonly said: (text: string) => Promise<void>;
  readonly write: (text: string) => Promise<void>;
  readonly signal: (signal: Deno.Signal) => void;
  readonly ended: Promise<CliResult>;
}

/** Options of {@linkcode startCli}. */
export interface LiveOptions {
  readonly env?: Readonly<Record<string, string>>;
  /** Runs it on a pseudo-terminal, see script(1); all output is on standard output then. */
  readonly isTerminal?: boolean;
}

/** Starts a command and keeps its standard input open. */
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
