import assert from "node:assert/strict";
import { findStrayFiles } from "../../lib/function/stray_files.ts";

Deno.test("findStrayFiles() names the command for each module that nobody serves", () => {
  const names = [
    ...["hello.ts", "a b.tsx", "page.html", "notes.md", "deno.json", "types.d.ts", "a_test.ts"],
    ...["a.test.js", "_shared.ts", ".hidden.ts", "taken.ts"],
  ];
  assert.deepEqual([...findStrayFiles(names, (name) => name === "taken")], [
    ["hello.ts", 'it is a file. Make a folder "hello" with it as index.ts: ddsrv add hello.ts'],
    ["a b.tsx", 'it is a file. Make a folder "a b" with it as index.tsx: ddsrv add "a b.tsx"'],
  ]);
});

Deno.test("findStrayFiles() names at most 100 files", () => {
  const names = Array.from({ length: 1_000 }, (_, index) => `f${index}.ts`);
  assert.equal(findStrayFiles(names, () => false).size, 100);
});
