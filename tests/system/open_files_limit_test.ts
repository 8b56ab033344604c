import { equal, ok } from "node:assert/strict";
import { parseOpenFilesLimit, readOpenFilesLimit } from "../../lib/system/open_files_limit.ts";

const HEAD = "Limit                     Soft Limit           Hard Limit           Units     \n";

Deno.test("parseOpenFilesLimit() reads the soft limit", () => {
  const line = (soft: string): string => `${HEAD}Max open files            ${soft}  4096  files \n`;
  equal(parseOpenFilesLimit(line("1024")), 1_024);
  equal(parseOpenFilesLimit(line("unlimited")), Infinity);
  equal(parseOpenFilesLimit(""), Infinity);
});

Deno.test("readOpenFilesLimit() returns this process's limit", async () => {
  const limit = await readOpenFilesLimit();
  ok(limit > 0 && limit !== Infinity, String(limit));
});
