// `deno task test:compat` writes docs/compatibility.md, which the suite does not run. This checks that
// the corpus is whole, and that the page lists it.
import assert from "node:assert/strict";
import { catalog } from "./compat/catalog.ts";
import { renderPage } from "./compat/page.ts";
import { asOf } from "./compat/registry_record.ts";
import type { ShapeGroup } from "./compat/shape.ts";
import { SHAPES_DIRECTORY } from "./compat/shape.ts";

const PAGE = new URL("../docs/compatibility.md", import.meta.url);

const names = catalog.flatMap(({ shapes }) => shapes.map(({ name }) => name));

Deno.test("compatibility: each shape has a folder, and each folder is a shape", async () => {
  const folders = await Array.fromAsync(Deno.readDir(SHAPES_DIRECTORY));
  assert.deepEqual(names.toSorted(), folders.map(({ name }) => name).sort());
  assert.ok(names.length >= 60, `only ${names.length} shapes`);
});

Deno.test("compatibility: the page lists each shape, and no other", async () => {
  const page = await Deno.readTextFile(PAGE);
  const listed = [...page.matchAll(/^\|.*?\(`([a-z0-9-]+)`\) +\|/gm)].map(([, name]) => name);
  assert.deepEqual(listed, names, "Run: deno task test:compat");
});

Deno.test("renderPage() tells what works, with a setting, not, and what fails", () => {
  const shape = { title: "T", bare: undefined };
  const groups: readonly ShapeGroup[] = [{
    title: "Group",
    shapes: [
      { ...shape, name: "a" },
      { ...shape, name: "b", setting: "`x | y`" },
      { ...shape, name: "c", refused: { says: /no/, why: "because" } },
      { ...shape, name: "d" },
    ],
  }];
  const page = renderPage({
    groups,
    results: new Map([["d", { name: "d", problem: "it does not answer", seconds: 1 }]]),
    versions: new Map([["a", ["ms 2.1.3"]]]),
    denoVersion: "1.2.3",
  });
  for (
    const line of [
      "## Group",
      "| T (`a`) | ms 2.1.3 | works |  |",
      "| T (`b`) |  | with a setting | `x \\| y` |",
      "| T (`c`) |  | not | because |",
      "| T (`d`) |  | fails |  |",
    ]
  ) assert.ok(page.split("\n").includes(line), line);
});

Deno.test("asOf() forgets later versions, and names the newest that is left", () => {
  const versions = { "9.0.0": {}, "10.0.0": {}, "11.0.0-rc.1": {}, "11.0.0": {} };
  const time = {
    "9.0.0": "2026-01-03",
    "10.0.0": "2026-01-02",
    "11.0.0-rc.1": "2026-01-04",
    "11.0.0": "2026-12-01",
  };
  const tags = { latest: "11.0.0", next: "11.0.0", rc: "11.0.0-rc.1" };
  const old = asOf({ "dist-tags": tags, versions, time }, "2026-06-01");
  assert.deepEqual(Object.keys(old.versions), ["9.0.0", "10.0.0", "11.0.0-rc.1"]);
  assert.deepEqual(old["dist-tags"], { latest: "10.0.0", rc: "11.0.0-rc.1" });
});
