import { equal, ok } from "node:assert/strict";
import { deriveOwner } from "../../lib/namespace/owner.ts";
import { readHierarchy } from "../../lib/sandbox/control_groups.ts";
import { readGroups } from "../../lib/sandbox/group_tree.ts";
import { answering, eventually, type Server, startServer } from "./harness.ts";

const BOMBS = ["a", "b", "c", "d", "e"];

/** Alone on a core, its type check takes some 40 s and more than a gigabyte. */
function bomb(): string {
  const digits = Array.from("0123456789", (digit) => `"${digit}"`).join(" | ");
  const heavy = Array.from({ length: 14 }, (_, index) =>
    `type T${index} = {
  [K in W]: { readonly [J in \`${index}\${K}\${D}\`]: J };
}[W];
export const c${index} = (x: T${index}): keyof T${index} => x as never;
`);
  return `type D = ${digits};\ntype W = \`\${D}\${D}\${D}\${D}\`;\n${heavy.join("")}${
    answering("no")
  }`;
}

Deno.test("check: five type-level bombs hold up neither a neighbour's update nor requests", async () => {
  const harmless = BOMBS.map((name) => [`${name}/index.ts`, answering("well")]);
  await using server = await startServer({
    isChecked: true,
    files: { ...Object.fromEntries(harmless), "neighbour/index.ts": answering("old") },
  });
  for (const name of BOMBS) await server.answers(`/${name}`, "well");
  await server.answers("/neighbour", "old");
  await server.write(Object.fromEntries(BOMBS.map((name) => [`${name}/index.ts`, bomb()])));
  await eventually("all places for checks are taken", async () => (await checks(server)) > 2);
  await server.write({ "neighbour/index.ts": answering("new") });
  await server.answers("/neighbour", "new");
  for (const name of BOMBS) await server.answers(`/${name}`, "well");
  ok(await checks(server) >= 2, "the bombs are still checked");
  equal(server.output().includes("failed"), false, server.output());
});

/** Checks that run. */
async function checks({ socket }: Server): Promise<number> {
  const { bases: { memory = "" } } = await readHierarchy();
  return (await readGroups(`${memory}/ddsrv-${deriveOwner(socket).id}/checks`)).length;
}
