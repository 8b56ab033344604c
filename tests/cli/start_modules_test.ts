import assert from "node:assert/strict";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = new URL("../..", import.meta.url);

/** Modules of Node that take 10 to 40 ms to load, and the packages of the command tree. */
const SLOW = /^node:|^npm:\/?(?:@commander-js\/extra-typings|commander|zod)@/;

interface Graph {
  readonly modules: readonly {
    readonly specifier: string;
    readonly dependencies?: readonly {
      readonly code?: { readonly specifier?: string };
      readonly isDynamic?: boolean;
    }[];
  }[];
}

/** Returns the specifiers of all modules that a start loads, and those behind literal `import()`. */
async function modulesOf(entry: string): Promise<readonly [loaded: string[], read: string[]]> {
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["info", "--json", join(fileURLToPath(root), entry)],
    cwd: root,
  }).output();
  const { modules } = JSON.parse(new TextDecoder().decode(stdout)) as Graph;
  const by = new Map(modules.map((module) => [module.specifier, module]));
  const reach = (isDynamic: boolean): string[] => {
    const found = new Set([new URL(entry, root).href]);
    for (const specifier of found) {
      for (const one of by.get(specifier)?.dependencies ?? []) {
        const next = one.code?.specifier;
        if (next !== undefined && (isDynamic || one.isDynamic !== true)) found.add(next);
      }
    }
    return [...found];
  };
  return [reach(false), reach(true)];
}

Deno.test("the start of ddsrv --help and ddsrv ls loads neither Node's modules nor the tree", async () => {
  for (const entry of ["cli/main.ts", "cli/run_quick.ts", "cli/commands/list.ts"]) {
    const [loaded] = await modulesOf(entry);
    assert.ok(loaded.length > 3, `${entry}: ${loaded}`);
    assert.deepEqual(loaded.filter((specifier) => SLOW.test(specifier)), [], entry);
  }
});

Deno.test("Deno reads no module of the supervisor for a quick command", async () => {
  const [, read] = await modulesOf("cli/main.ts");
  assert.ok(read.some((specifier) => specifier.endsWith("cli/commands/list.ts")));
  assert.deepEqual(read.filter((one) => /cli\/(?:program|tree)|lib\/isolation\//.test(one)), []);
});
