import { equal, ok } from "node:assert/strict";
import { join } from "node:path";
import { readHierarchy } from "../../lib/sandbox/control_groups.ts";
import { COMMAND, pause, startServer } from "./support/harness.ts";
import { typeBomb } from "./support/type_bomb.ts";

const hierarchy = await readHierarchy();

const PERIOD_US = 100_000;

/** Makes a group whose processes have a tenth of a processor together; gives the file to join it by. */
async function openSlowGroup(): Promise<AsyncDisposable & { readonly tasks: string }> {
  const path = join(hierarchy.bases.cpu!, `slow-${Deno.pid}`);
  await Deno.mkdir(path);
  await Deno.writeTextFile(join(path, "cpu.cfs_period_us"), String(PERIOD_US));
  await Deno.writeTextFile(join(path, "cpu.cfs_quota_us"), String(PERIOD_US / 10));
  return {
    tasks: join(path, "tasks"),
    async [Symbol.asyncDispose]() {
      // The supervisor has taken its own groups away. The kernel may still be about its last process.
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
      // Some seconds of work for the compiler, and so more than a minute here.
      files: { "large/index.ts": typeBomb(3) },
      command: ["sh", "-c", 'echo 0 >"$0" && exec "$@"', group.tasks, ...COMMAND],
    });
    // No bound: what is slow here is slow on purpose.
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
