/** Processes of a measurement. Disposing of it ends all of them. */
export interface Processes extends AsyncDisposable {
  /** Starts a command. Its standard output is dropped; its standard error is shown. */
  readonly start: (command: readonly string[], options?: StartOptions) => Deno.ChildProcess;
  /** Runs a command and returns its output; kills it after `timeoutMs`. */
  readonly run: (command: readonly string[], timeoutMs: number) => Promise<string>;
  /** Ends one process before the others. */
  readonly stop: (child: Deno.ChildProcess) => Promise<void>;
}

/** A process has this time to end after SIGTERM. */
const PATIENCE_MS = 1_000;

/** Options of {@linkcode Processes.start}. */
export interface StartOptions {
  /** Further variables of its environment. */
  readonly env?: Readonly<Record<string, string>>;
  readonly stderr?: "inherit" | "null";
}

export function openProcesses(): Processes {
  const children = new Set<Deno.ChildProcess>();

  async function stop(child: Deno.ChildProcess): Promise<void> {
    try {
      child.kill("SIGTERM");
    } catch {
      // It has already exited.
    }
    // Caddy waits for its clients.
    const timer = setTimeout(() => child.kill("SIGKILL"), PATIENCE_MS);
    await child.status;
    clearTimeout(timer);
    children.delete(child);
  }

  return {
    start([program = "", ...args], { env = {}, stderr = "inherit" } = {}) {
      const options = { args, env, stdin: "null", stdout: "null", stderr } as const;
      const child = new Deno.Command(program, options).spawn();
      children.add(child);
      return child;
    },
    async run([program = "", ...args], timeoutMs) {
      const signal = AbortSignal.timeout(timeoutMs);
      const options = { args, stdin: "null", stdout: "piped", stderr: "inherit", signal } as const;
      const child = new Deno.Command(program, options).spawn();
      children.add(child);
      const { stdout } = await child.output();
      children.delete(child);
      return new TextDecoder().decode(stdout);
    },
    stop,
    async [Symbol.asyncDispose]() {
      await Promise.all([...children].map(stop));
    },
  };
}

/** Waits until a process listens on a port. */
export async function listening(port: number): Promise<void> {
  for (let tries = 0; tries < 200; tries++) {
    try {
      (await Deno.connect({ hostname: "127.0.0.1", port })).close();
      return;
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 25));
    }
  }
  throw new Error(`Nothing came to listen on port ${port}`);
}

/** Returns the process id of nginx's worker, a child of the started process. */
export async function workerOf(pid: number): Promise<number> {
  const children = await Deno.readTextFile(`/proc/${pid}/task/${pid}/children`);
  return Number(children.trim().split(" ")[0]);
}
