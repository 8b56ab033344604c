import assert from "node:assert/strict";
import {
  type Change,
  changeOf,
  isCode,
  isConfiguration,
  isWritten,
} from "../../lib/dev/change_of.ts";

const changes: readonly [path: string, change: Change][] = [
  ["/f/shop/index.ts", { type: "own", name: "shop", path: "index.ts" }],
  ["/f/shop/a/b.txt", { type: "own", name: "shop", path: "a/b.txt" }],
  ["/f/shop", { type: "own", name: "shop", path: "" }],
  ["/f/_shared/x.ts", { type: "shared" }],
  ["/f/deno.json", { type: "shared" }],
  ["/f/ddsrv.json", { type: "shared" }],
  ["/f/import_map.json", { type: "shared" }],
  ["/f", { type: "none" }],
  ["/other/x.ts", { type: "none" }],
  ["/f/shop/.index.ts.swp", { type: "none" }],
  ["/f/shop/4913", { type: "none" }],
  ["/f/shop/index.ts~", { type: "none" }],
  ["/f/shop/.#index.ts", { type: "none" }],
  ["/f/shop/#index.ts#", { type: "none" }],
  ["/f/shop/.DS_Store", { type: "none" }],
];

for (const [path, change] of changes) {
  Deno.test(`changeOf(${path})`, () => assert.deepEqual(changeOf(path, "/f"), change));
}

Deno.test("isCode() is true for what a type check reads, and for a folder", () => {
  const code = ["a.ts", "a.mts", "b/a.tsx", "a.cjs", "a.json", "deno.jsonc", "deno.lock", ""];
  assert.deepEqual(code.filter((path) => !isCode(path)), []);
  assert.deepEqual(["a.txt", "a.html", "a.css", "ts", "a.ts.bak"].filter(isCode), []);
});

Deno.test("isConfiguration() names files that count although they are ignored", () => {
  const named = { entry: "dist/main.js", envFiles: ["prod.env"], writable: [] };
  const counting = [".env", "ddsrv.json", "deno.lock", "prod.env", "dist/main.js"];
  assert.deepEqual(counting.filter((path) => !isConfiguration(path, named)), []);
  const others = ["a/.env", "dist/other.js", "main.js"];
  assert.deepEqual(others.filter((path) => isConfiguration(path, named)), []);
});

Deno.test("isWritten() is true for what the function itself writes", () => {
  const named = { entry: "index.ts", envFiles: [], writable: ["cache/", "state.json", "a/b"] };
  const written = ["cache", "cache/x", "cache/a/b", "state.json", "state.json-wal", "a/b", "a/b/c"];
  assert.deepEqual(written.filter((path) => !isWritten(path, named)), []);
  assert.deepEqual(["cachex", "a", "a/bc", "x/cache"].filter((path) => isWritten(path, named)), []);
});
