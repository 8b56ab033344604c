import { deepEqual, match } from "node:assert/strict";
import { join } from "node:path";
import { answering, makeDirectory, runCli, startServer, writeFiles } from "./support/harness.ts";
import { typeBomb } from "./support/type_bomb.ts";

const USED_UP =
  /The check used its CPU time limit of 3 s\. Import fewer modules, or .* raise checkCpuTime/;

Deno.test("check: a CPU time limit ends a type-level bomb while other functions serve", async () => {
  await using server = await startServer({
    isChecked: true,
    files: {
      "bomb/index.ts": typeBomb(14),
      "good/index.ts": answering("well"),
    },
    flags: ["--check-cpu-time=3s"],
  });
  await server.answers("/good", "well");
  await server.said("its CPU time limit of");
  const { reason, detail } = await server.inspect("bomb");
  match(`${reason} ${detail}`, USED_UP);
});

Deno.test("check: the CPU time limit applies to ddsrv check at every isolation level", async () => {
  const directory = await makeDirectory();
  try {
    await writeFiles(directory, {
      "bomb/index.ts": typeBomb(14),
      "ddsrv.json": '{ "checkCpuTime": "3s" }',
    });
    for (const level of ["full", "none"]) {
      const said = await runCli(["check", "--isolation", level, join(directory, "bomb")]);
      deepEqual([said.code, said.stdout], [1, ""], level);
      match(said.stderr, USED_UP, level);
    }
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
});
