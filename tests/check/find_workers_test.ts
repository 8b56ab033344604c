import assert from "node:assert/strict";
import { findWorkers } from "../../lib/check/find_workers.ts";
import { findWorkerFiles } from "../../lib/check/worker_files.ts";
import { temporaryDirectory } from "../temporary_directory.ts";

const cases: readonly [what: string, text: string, found: readonly string[]][] = [
  ["new URL()", 'new Worker(new URL("./w.ts", import.meta.url), { type: "module" })', [
    "/f/a/lib/w.ts",
  ]],
  [
    "new URL() on several lines",
    "new Worker(\n  new URL(\n    './w.ts',\n    import.meta.url,\n  ),\n)",
    [
      "/f/a/lib/w.ts",
    ],
  ],
  ["import.meta.resolve()", "new Worker(import.meta.resolve(`../w.ts`))", ["/f/a/w.ts"]],
  ["a path from the working directory", 'new Worker("./w.js")', ["/f/a/w.js"]],
  ["a namespace", 'new threads.Worker("./w.js")', ["/f/a/w.js"]],
  [
    "several workers, once each",
    'new Worker("./b.js"); new Worker("./a.js"); new Worker("./b.js")',
    [
      "/f/a/a.js",
      "/f/a/b.js",
    ],
  ],
  ["nothing outside the folder", 'new Worker(new URL("../../b/w.ts", import.meta.url))', []],
  [
    "nothing that resembles the folder",
    'new Worker(new URL("../../ab/w.ts", import.meta.url))',
    [],
  ],
  ["nothing remote", 'new Worker("https://x.test/w.ts"); new Worker("npm:x")', []],
  ["nothing computed", "new Worker(`./${name}.ts`); new Worker(path)", []],
  [
    "nothing else",
    'new SharedWorkers("./w.ts"); newWorker("./w.ts"); new URL("./w.ts", import.meta.url)',
    [],
  ],
];

for (const [what, text, found] of cases) {
  Deno.test(`findWorkers() finds ${what}`, () => {
    assert.deepEqual(findWorkers({ path: "/f/a/lib/x.ts", text }, "/f/a"), found);
  });
}

Deno.test("findWorkers() takes linear time for hostile text", () => {
  const texts = ["new ", "new Worker(", "new Worker( ", "new a.", 'new Worker("./', "new URL("];
  for (const text of texts) {
    // In quadratic time, this would take hours.
    const hostile = text.repeat(8 * 1024 ** 2 / text.length);
    assert.ok(findWorkers({ path: "/f/a/x.ts", text: hostile }, "/f/a").length <= 1, text);
  }
});

Deno.test("findWorkerFiles() stops when its budget is spent", async () => {
  await using directory = await temporaryDirectory();
  const modules: string[] = [];
  for (const name of ["a", "b", "c"]) {
    await directory.write(`${name}.ts`, `new Worker("./${name}.w.ts");`);
    modules.push(directory.at(`${name}.ts`));
  }
  const budget = { units: 30 };
  const find = (): Promise<string[]> => findWorkerFiles(directory.path, { modules, budget });
  const found = ["a", "b"].map((name) => directory.at(`${name}.w.ts`));
  assert.deepEqual(await find(), found);
  assert.deepEqual(await find(), [], "all calls of a check share it");
});
