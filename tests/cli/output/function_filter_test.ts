import { deepEqual, throws } from "node:assert/strict";
import { parseFilter } from "../../../cli/output/function_filter.ts";
import { REPORTED_STATUSES } from "../../../lib/control/api.ts";
import { functionReport } from "../function_report.ts";

const reports = [
  functionReport({ name: "shop-a", status: "ready" }),
  functionReport({ name: "shop-b", status: "ready", failedRevision: "ba9876543210" }),
  functionReport({ name: "a.b", status: "failed" }),
  functionReport({ name: "axb", status: "idle", isolation: "none" }),
  functionReport({ name: "函数+(x)\\", status: "backoff" }),
];

const cases: readonly [filter: string, names: readonly string[]][] = [
  ["status=ready", ["shop-a", "shop-b"]],
  ["status=failed", ["shop-b", "a.b"]],
  ["status=stopped", []],
  ["isolation=none", ["axb"]],
  ["isolation=rootless", []],
  ["name=shop-*", ["shop-a", "shop-b"]],
  ["name=*", reports.map(({ name }) => name)],
  ["name=", []],
  ["name=shop", []],
  ["name=a.b", ["a.b"]],
  ["name=a?b", ["a.b", "axb"]],
  ["name=??+(x)\\", ["函数+(x)\\"]],
  ["name=*+(*)*", ["函数+(x)\\"]],
  ["name=[a]*", []],
  ["name=^a|b$", []],
  ["name=a=b", []],
];

for (const [filter, names] of cases) {
  Deno.test(`parseFilter: ${filter} matches ${names.length}`, () => {
    deepEqual(reports.filter(parseFilter(filter)).map(({ name }) => name), names);
  });
}

for (const status of REPORTED_STATUSES) {
  Deno.test(`parseFilter: status=${status} is known`, () => {
    deepEqual([functionReport({ status })].filter(parseFilter(`status=${status}`)).length, 1);
  });
}

const refused: readonly [filter: string, message: RegExp][] = [
  ["", /^"" is not a filter\. Use status=WORD, name=PATTERN or isolation=LEVEL$/],
  ["failed", /^"failed" is not a filter\./],
  ["=failed", /^"=failed" is not a filter\./],
  ["Status=failed", /^"Status=failed" is not a filter\./],
  ["constructor=x", /^"constructor=x" is not a filter\./],
  ["status=faild", /^"faild" is not a status\. Did you mean "failed"\?$/],
  ["status=purple", /^"purple" is not a status\. Use one of checking, starting, ready, idle, /],
  ["isolation=ful", /^"ful" is not an isolation level\. Did you mean "full"\?$/],
  ["isolation=docker", /^"docker" is not an isolation level\. Use one of full, rootless, none$/],
];

for (const [filter, message] of refused) {
  Deno.test(`parseFilter: refuses ${JSON.stringify(filter)}`, () => {
    throws(() => parseFilter(filter), (error) => {
      return error instanceof SyntaxError && message.test(error.message);
    });
  });
}
