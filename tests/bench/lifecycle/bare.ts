import { firstAnswer } from "../isolation/first_answer.ts";

/** Options of {@linkcode runBare}. */
export interface BareOptions {
  /** Directory of Deno's caches; by default that of this process. */
  readonly denoDirectory?: string;
  readonly hasCodeCache?: boolean;
}

const FIRST_PORT = 20_000;
let started = 0;

/** Runs a file with a bare `deno run`; returns milliseconds from spawn to its first answer. */
export async function runBare(path: string, options: BareOptions = {}): Promise<number> {
  const { denoDirectory, hasCodeCache = true } = options;
  const port = FIRST_PORT + started++ % 10_000;
  const beganMs = performance.now();
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "--allow-all", "--cached-only"].concat(
      hasCodeCache ? [] : ["--no-code-cache"],
      path,
    ),
    env: {
      PORT: String(port),
      DENO_SERVE_ADDRESS: `tcp:127.0.0.1:${port}`,
      DENO_NO_UPDATE_CHECK: "1",
      ...(denoDirectory === undefined ? {} : { DENO_DIR: denoDirectory }),
    },
    stdin: "null",
    stdout: "null",
  }).spawn();
  try {
    await firstAnswer(`http://127.0.0.1:${port}/`);
    return performance.now() - beganMs;
  } finally {
    child.kill("SIGTERM");
    await child.status;
  }
}
