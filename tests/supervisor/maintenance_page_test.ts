import assert from "node:assert/strict";
import { MAX_PAGE_BYTES, pageProblem } from "../../lib/supervisor/maintenance_page.ts";

const tooLarge = `the page is larger than ${MAX_PAGE_BYTES} bytes`;

const cases: readonly [what: string, page: string, problem: string | undefined][] = [
  ["a page", "<h1>Back at noon</h1>", undefined],
  ["the largest page", "x".repeat(MAX_PAGE_BYTES), undefined],
  ["an empty file", "", "the page is empty"],
  ["a NUL character", "<h1>\0", "the page contains a NUL character"],
  ["one byte too many", "x".repeat(MAX_PAGE_BYTES + 1), tooLarge],
  ["too many bytes in few characters", "€".repeat(MAX_PAGE_BYTES / 3 + 1), tooLarge],
];

for (const [what, page, problem] of cases) {
  Deno.test(`pageProblem() of ${what}`, () => assert.equal(pageProblem(page), problem));
}
