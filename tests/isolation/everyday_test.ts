// The other side of the filter: what it must leave alone.
import assert from "node:assert/strict";
import { dirname } from "node:path";
import { writeSystemCallFilter } from "../../lib/sandbox/system_call_filter.ts";
import { runSandboxed } from "../run_sandboxed.ts";
import { temporaryDirectory } from "../temporary_directory.ts";

const PROGRAM = new URL("everyday_program.ts", import.meta.url).pathname;

async function perform(systemCallFilter: string, uid?: number): Promise<string> {
  const { stdout, stderr } = await runSandboxed({
    network: "loopback",
    systemCallFilter,
    uid,
    mounts: [
      { source: Deno.execPath(), target: "/ddsrv/deno" },
      { source: dirname(PROGRAM), target: "/program" },
    ],
    scratch: ["/ddsrv/cache"],
    workingDirectory: "/program",
    command: [
      ...["/ddsrv/deno", "run", "--quiet", "--no-prompt", "--no-check", "--allow-all"],
      ...["--unstable-kv", "--unstable-net", "--no-lock", "everyday_program.ts"],
    ],
  });
  return stdout + stderr;
}

for (
  const [who, uid] of [["a user of its own", 1_879_048_778], ["the caller", undefined]] as const
) {
  Deno.test(`the filter allows common system calls of functions, as ${who}`, async () => {
    await using directory = await temporaryDirectory();
    const filter = await writeSystemCallFilter(directory.path);
    assert.equal(await perform(filter, uid), "done\n");
  });
}
