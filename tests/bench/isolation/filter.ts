import { join } from "node:path";
import { runSandboxed } from "../../run_sandboxed.ts";
import { writeSystemCallFilter } from "../../../lib/sandbox/system_call_filter.ts";
import { makeDirectory, writeFiles } from "../../e2e/support/harness.ts";
import { type Open, printHeading, printSamples, sample, takeSamples } from "./figures.ts";

const UID = 1_879_048_780;
const ROUNDS = 25;

/** Programs by their main system call; the filter checks the arguments of the last one's calls. */
const PROGRAMS: Readonly<Record<string, readonly string[]>> = {
  "deno run, to its end": ["/ddsrv/deno", "run", "--quiet", "--no-lock", "--no-check", "index.ts"],
  "400,000 reads and writes": [
    ...["dd", "if=/dev/zero", "of=/dev/null", "bs=1", "count=200000", "status=none"],
  ],
  "200,000 files that are not there": ["perl", "-e", "open F, '/nowhere' for 1 .. 200000"],
};

/** Prints the cost of the system call filter: a sandbox with it and the same sandbox without. */
export async function measureFilter(): Promise<void> {
  const directory = await makeDirectory();
  try {
    await Deno.chmod(directory, 0o755);
    await writeFiles(directory, { "function/index.ts": "Deno.exit();\n" });
    const filter = await writeSystemCallFilter(directory);
    for (const [what, command] of Object.entries(PROGRAMS)) {
      printHeading(what);
      const run = (systemCallFilter?: string) => () =>
        sample(inSandbox(directory, command, systemCallFilter));
      printSamples(await takeSamples({ "no filter": run(), filter: run(filter) }, ROUNDS), 1);
    }
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

function inSandbox(directory: string, inner: readonly string[], filter?: string): Open {
  const options = {
    network: "loopback",
    ...(filter === undefined ? {} : { systemCallFilter: filter }),
    uid: UID,
    mounts: [
      { source: Deno.execPath(), target: "/ddsrv/deno" },
      { source: join(directory, "function"), target: "/function" },
    ],
    scratch: ["/ddsrv/cache"],
    workingDirectory: "/function",
    command: inner,
  } as const;
  return async () => {
    const { success } = await runSandboxed(options);
    if (!success) throw new Error(`${inner.join(" ")} failed`);
    return () => Promise.resolve();
  };
}
