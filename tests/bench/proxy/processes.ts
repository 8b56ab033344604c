/** The processes of a measure; disposing of it ends them all. */
export interface Processes extends AsyncDisposable {
  /** Starts a command, whose output nobody reads; what it complains of is shown. */
  readonly start: (command: readonly string[]) => Deno.ChildProcess;
  /** Runs a command to its end and gives its output; it is killed after `timeoutMs`. */
  readonly run: (command: readonly string[], timeoutMs: number) => Promise<string>;
  /** Ends one of them before the others. */
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

/** Waits until somebody listens on a port. */
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

/** The process that nginx works in: a child of the one that was started. */
export async function workerOf(pid: number): Promise<number> {
  const children = await Deno.readTextFile(`/proc/${pid}/task/${pid}/children`);
  return Number(children.trim().split(" ")[0]);
}

/** User and system time of processes, in seconds. Source: proc_pid_stat(5), fields 14 and 15. */
export async function cpuSeconds(pids: readonly number[]): Promise<number> {
  let ticks = 0;
  for (const pid of pids) {
    const stat = await Deno.readTextFile(`/proc/${pid}/stat`);
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    ticks += Number(fields[11]) + Number(fields[12]);
  }
  return ticks / TICKS;
}

/** Memory that a process has, in KB. Source: proc_pid_status(5), VmRSS. */
export async function residentKb(pid: number): Promise<number> {
  return Number(/^VmRSS:\s+(\d+)/m.exec(await Deno.readTextFile(`/proc/${pid}/status`))![1]);
}
