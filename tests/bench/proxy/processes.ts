/** Processes of a measurement. Disposing of it ends all of them. */
export interface Processes extends AsyncDisposable {
  /** Starts a command. Its standard output is dropped; its standard error is shown. */
  readonly start: (command: readonly string[]) => Deno.ChildProcess;
  /** Runs a command and returns its output; kills it after `timeoutMs`. */
  readonly run: (command: readonly string[], timeoutMs: number) => Promise<string>;
  /** Ends one process before the others. */
  readonly stop: (child: Deno.ChildProcess) => Promise<void>;
}

/** Ticks of a CPU-time counter in a second, `sysconf(_SC_CLK_TCK)` on Linux. */
const TICKS = 100;

export function openProcesses(): Processes {
  const children = new Set<Deno.ChildProcess>();

  async function stop(child: Deno.ChildProcess): Promise<void> {
    try {
      child.kill("SIGTERM");
    } catch {
      // It has already exited.
    }
    await child.status;
    children.delete(child);
  }

  return {
    start([program = "", ...args]) {
      const options = { args, stdin: "null", stdout: "null", stderr: "inherit" } as const;
      const child = new Deno.Command(program, options).spawn();
      children.add(child);
      return child;
    },
    async run([program = "", ...args], timeoutMs) {
      const signal = AbortSignal.timeout(timeoutMs);
      const options = { args, stdin: "null", stdout: "piped", stderr: "null", signal } as const;
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

/**
 * Returns user and system time of processes in seconds. Source: proc_pid_stat(5), fields 14, 15.
 */
export async function cpuSeconds(pids: readonly number[]): Promise<number> {
  let ticks = 0;
  for (const pid of pids) {
    const stat = await Deno.readTextFile(`/proc/${pid}/stat`);
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    ticks += Number(fields[11]) + Number(fields[12]);
  }
  return ticks / TICKS;
}

/** Returns a process's resident memory in KB. Source: proc_pid_status(5), VmRSS. */
export async function residentKb(pid: number): Promise<number> {
  return Number(/^VmRSS:\s+(\d+)/m.exec(await Deno.readTextFile(`/proc/${pid}/status`))![1]);
}
