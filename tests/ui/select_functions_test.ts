import { deepEqual, equal } from "node:assert/strict";
import { formatListQuery, parseListQuery, selectFunctions } from "../../lib/ui/select_functions.ts";
import { functionReport } from "../cli/function_report.ts";

const NONE = { requestsPerS: [], p50Ms: [], cpuShare: [], memoryBytes: [] };

const VIEWS = Array.from({ length: 120 }, (_, index) => ({
  report: functionReport({
    name: `fn-${String(index).padStart(3, "0")}`,
    status: index < 7 ? "failed" as const : "ready" as const,
  }),
  rates: undefined,
  series: NONE,
}));

function shown(query: string): readonly [first: string | undefined, count: number, page: number] {
  const { shown, count, page } = selectFunctions(VIEWS, parseListQuery(new URLSearchParams(query)));
  return [shown[0]?.report.name, count, page];
}

Deno.test("selectFunctions() filters by name and status, and shows one page", () => {
  deepEqual(shown(""), ["fn-000", 120, 1]);
  deepEqual(shown("page=3"), ["fn-100", 120, 3]);
  deepEqual(shown("page=99"), ["fn-100", 120, 3]);
  deepEqual(shown("status=trouble"), ["fn-000", 7, 1]);
  deepEqual(shown("q=FN-11"), ["fn-110", 10, 1]);
  deepEqual(shown("q=nothing&page=2"), [undefined, 0, 1]);
});

Deno.test("parseListQuery() replaces values that are not valid", () => {
  for (const query of ["page=-1", "page=x", "page=1e99", "page=0", "page=1.5", "status=toString"]) {
    deepEqual(parseListQuery(new URLSearchParams(query)), { text: "", group: undefined, page: 1 });
  }
  equal(parseListQuery(new URLSearchParams({ q: "x".repeat(999) })).text.length, 100);
});

Deno.test("formatListQuery() writes only what is not the default", () => {
  equal(formatListQuery({ text: "", group: undefined, page: 1 }), "");
  equal(formatListQuery({ text: "a&b", group: "idle", page: 2 }), "?q=a%26b&status=idle&page=2");
});
