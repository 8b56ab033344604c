import { equal, ok } from "node:assert/strict";
import { join } from "node:path";
import { readHierarchy } from "../../lib/sandbox/control_groups.ts";
import { COMMAND, pause, startServer } from "./support/harness.ts";
import { typeBomb } from "./support/type_bomb.ts";

const hierarchy = await readHierarchy();

const PERIOD_US = 100_000;

/** Creates a control group with a tenth of a CPU, and returns the file with which to join it. */
async function openSlowGroup(): Promise<AsyncDisposable & { readonly tasks: string }> {
  const path = join(hierarchy.bases.cpu!, `slow-${Deno.pid}`);
  await Deno.mkdir(path);
  await Deno.writeTextFile(join(path, "cpu.cfs_period_us"), String(PERIOD_US));
  await Deno.writeTextFile(join(path, "cpu.cfs_quota_us"), String(PERIOD_US / 10));
  return {
    tasks: join(path, "tasks"),
    async [Symbol.asyncDispose]() {
      // The supervisor has removed its groups. The kernel may still be ending the last process.
      for (let round = 0;; round++) {
        try {
          return await Deno.remove(path);
        } catch (error) {
          if (round === 100) throw error;
          await pause(50);
        }
      }
    },
  };
}

Deno.test({
  name: "check: good code is served with a tenth of a processor",
  ignore: (() => {
    if (hierarchy.version === 2) {
      printSkip(
        "groups of version 2 are made at the top, where no bound of the supervisor's holds",
      );
    }
    return hierarchy.version === 2;
  })(),
  async fn() {
    await using group = await openSlowGroup();
    await using server = await startServer({
      isChecked: true,
      // The compiler needs some seconds of CPU time, so more than a minute here.
      files: { "large/index.ts": typeBomb(3) },
      command: ["sh", "-c", 'echo 0 >"$0" && exec "$@"', group.tasks, ...COMMAND],
    });
    // Without a time limit, because this is slow on purpose.
    for (let last = ""; last !== "defused";) {
      await pause(50);
      last = await (await fetch(`${server.url}/large`)).text();
      ok(!server.output().includes("failed"), `${last}\n${server.output()}`);
    }
    equal(server.output().includes("failed"), false, server.output());
  },
});

function printSkip(reason: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`Skipped: ${reason}\n`));
}
