import assert from "node:assert/strict";
import type { PartResult } from "./figures.ts";
import { renderMarkdown, renderPart, renderTable } from "./table.ts";

function result(ddsrv: readonly number[], targets: PartResult["targets"] = []): PartResult {
  const toSamples = (values: readonly number[]) => values.map((p99Ms) => ({ p99Ms }));
  const proxies = new Map([["nginx", toSamples([10, 12])], ["ddsrv", toSamples(ddsrv)]]);
  return {
    part: "small",
    title: "small answers",
    base: "nginx",
    columns: [{ key: "p99Ms", title: "p99 ms", digits: 1 }],
    loads: [{ load: "64 connections", proxies }],
    targets,
  };
}

Deno.test("renderTable() aligns names to the left and figures to the right", () => {
  assert.equal(
    renderTable([["", "p99", "rate"], ["nginx", "1.0", "9"], ["x", "20.5", "100"]], 1),
    "        p99  rate\nnginx   1.0     9\nx      20.5   100",
  );
});

Deno.test("renderPart() shows medians, and ratios to nginx in brackets", () => {
  assert.equal(
    renderPart(result([20, 24])),
    "small: small answers\n" +
      "                            p99 ms\n" +
      "64 connections  nginx         11.0\n" +
      "                ddsrv  22.0 (2.00)",
  );
});

Deno.test("renderMarkdown() returns the same figures as a table of Markdown", () => {
  assert.equal(
    renderMarkdown(result([20, 24])),
    "### small: small answers\n\n" +
      "|  |  | p99 ms |\n| --- | --- | ---: |\n" +
      "| 64 connections | nginx | 11.0 |\n|  | ddsrv | 22.0 (2.00) |",
  );
});

Deno.test("renderPart() shows a figure that is missing or has no bound", () => {
  assert.match(renderPart(result([NaN, NaN])), /ddsrv +-$/m);
  assert.match(renderPart(result([Infinity, Infinity])), /ddsrv +∞$/m);
});

Deno.test("renderPart() says for each target of a load if ddsrv meets it", () => {
  const rows = [
    [{ isRatio: true, bound: "at most", limit: 2 }, "met   ", "p99 ms to nginx: 2.00"],
    [{ isRatio: true, bound: "at most", limit: 1.5 }, "missed", "p99 ms to nginx: 2.00"],
    [{ isRatio: true, bound: "at least", limit: 2.5 }, "missed", "p99 ms to nginx: 2.00"],
    [{ isRatio: false, bound: "at most", limit: 22 }, "met   ", "p99 ms: 22.00"],
  ] as const;
  for (const [target, verdict, figure] of rows) {
    const line = renderPart(result([20, 24], [{ key: "p99Ms", ...target }])).split("\n").at(-1);
    const { bound, limit } = target;
    assert.equal(line, `${verdict}  64 connections, ${figure}, target ${bound} ${limit}`);
  }
  const elsewhere = { key: "p99Ms", loads: ["512"], isRatio: true } as const;
  const text = renderPart(result([1, 1], [{ ...elsewhere, bound: "at most", limit: 2 }]));
  assert.doesNotMatch(text, /met|missed/);
});
