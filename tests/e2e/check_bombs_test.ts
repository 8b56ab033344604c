import { equal, ok } from "node:assert/strict";
import { deriveOwnerId } from "../../lib/owner/owner_id.ts";
import { readHierarchy } from "../../lib/sandbox/control_groups.ts";
import { readGroups } from "../../lib/sandbox/group_tree.ts";
import {
  answering,
  eventually,
  makeDirectory,
  type Server,
  startServer,
} from "./support/harness.ts";
import { typeBomb } from "./support/type_bomb.ts";

const BOMBS = ["a", "b", "c", "d", "e"];

Deno.test("check: five type-level bombs delay neither another function's update nor requests", async () => {
  const harmless = BOMBS.map((name) => [`${name}/index.ts`, answering("well")]);
  await using server = await startServer({
    isChecked: true,
    files: { ...Object.fromEntries(harmless), "neighbour/index.ts": answering("old") },
  });
  for (const name of BOMBS) await server.answers(`/${name}`, "well");
  await server.answers("/neighbour", "old");
  await server.write(Object.fromEntries(BOMBS.map((name) => [`${name}/index.ts`, typeBomb(14)])));
  await eventually("all places for checks are taken", async () => (await checks(server)) > 2);
  await server.write({ "neighbour/index.ts": answering("new") });
  await server.answers("/neighbour", "new");
  for (const name of BOMBS) await server.answers(`/${name}`, "well");
  ok(await checks(server) >= 2, "the bombs are still checked");
  equal(server.output().includes("failed"), false, server.output());
});

Deno.test("check: a function with a kept check starts at once while five bombs are checked", async () => {
  const directory = await makeDirectory();
  const bombs = Object.fromEntries(BOMBS.map((name) => [`${name}/index.ts`, typeBomb(14)]));
  {
    await using server = await startServer({
      isChecked: true,
      directory,
      files: { "kept/index.ts": answering("kept") },
    });
    await server.answers("/kept", "kept");
  }
  {
    await using server = await startServer({ isChecked: true, directory, files: bombs });
    await server.answers("/kept", "kept");
    await eventually("the bombs are checked", async () => (await checks(server)) > 0);
    await server.cli("reload", "kept");
    await server.answers("/kept", "kept");
    equal(server.output().includes("failed"), false, server.output());
  }
  await Deno.remove(directory, { recursive: true });
});

/** Returns the number of running checks. */
async function checks({ functions }: Server): Promise<number> {
  const { bases: { memory = "" } } = await readHierarchy();
  return (await readGroups(`${memory}/ddsrv-${deriveOwnerId(functions)}/checks`)).length;
}
