import fc from "fast-check";
import { deepEqual, equal } from "node:assert/strict";
import { coversHost } from "../../lib/config/host_pattern.ts";
import { createDomainTable, type DomainTable } from "../../lib/supervisor/domain_table.ts";
import { openHeldDomains } from "../../lib/supervisor/held_domains.ts";
import { temporaryDirectory } from "../temporary_directory.ts";

/** A table whose functions and settings the test changes. */
function openTable(before: Readonly<Record<string, string>> = {}) {
  const known = new Set<string>();
  const saved: unknown[] = [];
  const state = { patterns: ["*.test"] };
  const table = createDomainTable({
    before: new Map(Object.entries(before)),
    settings: () => ({
      allows: (_name, host) => coversHost(state.patterns, host),
      isAssigned: () => false,
      domains: [],
      root: undefined,
    }),
    isKnown: (name) => known.has(name),
    isFunction: (name) => known.has(name),
    onChange: (owners) => saved.push(Object.fromEntries(owners)),
  });
  return { table, known, saved, state };
}

Deno.test("createDomainTable() announces changes only", () => {
  const { table, known, saved, state } = openTable();
  known.add("a").add("b");
  table.ask("a", []);
  table.update();
  equal(saved.length, 0);
  table.ask("a", ["x.test", "w.test"]);
  table.ask("a", ["x.test", "w.test"]);
  table.ask("b", ["x.test"]);
  deepEqual(table.domainsOf("a"), ["w.test", "x.test"]);
  deepEqual([table.domainsOf("b"), table.problemsOf("b").length], [[], 1]);
  deepEqual(saved, [{ "x.test": "a", "w.test": "a" }]);
  state.patterns = ["x.test"];
  table.update();
  deepEqual([table.domainsOf("a"), table.problemsOf("a").length], [["x.test"], 1]);
  table.ask("a", undefined);
  known.delete("a");
  table.update();
  deepEqual([table.domainsOf("b"), table.problemsOf("b")], [["x.test"], []]);
});

Deno.test("createDomainTable() keeps hosts over a restart until the manifest says otherwise", () => {
  const { table, known } = openTable({ "x.test": "b", "y.test": "gone" });
  known.add("a").add("b");
  table.ask("a", ["x.test", "y.test"]);
  deepEqual([table.domainsOf("a"), table.domainsOf("b")], [["y.test"], ["x.test"]]);
  table.ask("b", ["x.test"]);
  deepEqual(table.domainsOf("b"), ["x.test"]);
  table.ask("b", []);
  deepEqual([table.domainsOf("a"), table.problemsOf("a")], [["x.test", "y.test"], []]);
});

Deno.test("createDomainTable() shows ten problems of a function at most", () => {
  const { table, known } = openTable();
  known.add("a").add("b");
  const hosts = Array.from({ length: 1_000 }, (_, index) => `h${index}.test`);
  table.ask("a", hosts);
  table.ask("b", hosts);
  deepEqual([table.domainsOf("a").length, table.problemsOf("b").length], [1_000, 10]);
});

const name = fc.constantFrom("a", "b", "c");
const host = fc.constantFrom("x.test", "y.test", "a.org", "b.org", "org");
const steps = fc.array(
  fc.oneof(
    fc.record({ type: fc.constant("ask"), name, hosts: fc.array(host, { maxLength: 3 }) }),
    fc.record({ type: fc.constant("unread"), name }),
    fc.record({ type: fc.constant("come"), name }),
    fc.record({ type: fc.constant("go"), name }),
  ),
  { maxLength: 30, size: "max" },
);

Deno.test("createDomainTable() decides the same with and without the names of changed functions", () => {
  const before = fc.dictionary(host, name);
  fc.assert(fc.property(before, steps, (before, steps) => {
    const known = new Set<string>();
    const [some, all] = [0, 1].map(() =>
      createDomainTable({
        before: new Map(Object.entries(before)),
        settings: () => ({
          allows: (name, host) => name !== "c" || host !== "y.test",
          isAssigned: (name, host) => name === "b" && host === "x.test",
          domains: ["org"],
          root: "a",
        }),
        isKnown: (name) => known.has(name),
        isFunction: (name) => known.has(name),
        onChange: () => {},
      })
    ) as [DomainTable, DomainTable];
    known.add("a").add("b").add("c");
    some.update();
    all.update();
    for (const { type, name, ...step } of steps) {
      if (type === "come") known.add(name);
      if (type === "go") known.delete(name);
      const hosts = "hosts" in step ? step.hosts : undefined;
      for (const table of [some, all]) if (type !== "come") table.ask(name, hosts);
      some.update(new Set([name]));
      all.update();
      for (const one of ["a", "b", "c"]) {
        deepEqual(some.domainsOf(one), all.domainsOf(one));
        deepEqual(some.problemsOf(one), all.problemsOf(one));
      }
    }
  }));
});

Deno.test("openHeldDomains() reads what it has saved, and ignores what is no such file", async () => {
  await using directory = await temporaryDirectory();
  const path = directory.at("domains/abc.json");
  const warnings: string[] = [];
  const warn = (message: string): void => void warnings.push(message);
  const held = await openHeldDomains(path, warn);
  equal(held.before.size, 0);
  const saves = ["a", "b", "c"].map((name) => held.save(new Map([["x.test", name]])));
  await Promise.all(saves);
  deepEqual([...(await openHeldDomains(path, warn)).before], [["x.test", "c"]]);
  for (const text of ["", "null", "[]", '{"x.test":1}', "{", '"x"']) {
    await Deno.writeTextFile(path, text);
    equal((await openHeldDomains(path, warn)).before.size, 0, text);
  }
  deepEqual(warnings, []);
  await Deno.remove(path);
  await Deno.mkdir(`${path}.new`);
  await held.save(new Map());
  equal(warnings.length, 1);
});
