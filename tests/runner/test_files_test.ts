import assert from "node:assert/strict";
import { findTestFiles, needsHost, orderFiles } from "./test_files.ts";

const files = await findTestFiles(["tests"]);

Deno.test("findTestFiles() finds files in directories once, without fixtures", () => {
  assert.ok(files.includes("tests/runner/test_files_test.ts"));
  assert.deepEqual(files.filter((file) => file.includes("/fixtures/")), []);
  assert.equal(new Set(files).size, files.length);
});

Deno.test("findTestFiles() accepts a file", async () => {
  const own = "tests/runner/test_files_test.ts";
  assert.deepEqual(await findTestFiles([own, "tests/runner"]).then(([first]) => first), own);
});

Deno.test("needsHost() is true for files that start a supervisor or a sandbox", async () => {
  const host = /\bfrom "[^"]*(?:e2e\/harness|run_sandboxed|isolation\/open_isolation)\.ts"/;
  for (const file of files.filter((one) => !needsHost(one))) {
    assert.doesNotMatch(await Deno.readTextFile(file), host, file);
  }
});

Deno.test("orderFiles() starts with the longest and ends with files that need no host", () => {
  const unit = "tests/config/size_test.ts";
  const [aborts, kill] = ["tests/e2e/aborts_test.ts", "tests/e2e/kill_test.ts"];
  assert.deepEqual(orderFiles([unit, aborts, kill]), [kill, aborts, unit]);
  assert.equal(orderFiles(files).length, files.length);
});
