import assert from "node:assert/strict";
import { missingLine, steadyLine } from "./match_output.ts";
import { linesOfPicture } from "../terminal_picture.ts";
import { readPage } from "../readme.ts";
import { recordingOf, stepsOf } from "./steps.ts";

Deno.test("stepsOf() returns the blocks of the two machines with their output", () => {
  const page = [
    "```sh",
    "npm install --global ddsrv",
    "```",
    "```sh",
    "# on the laptop",
    "ddsrv init hi",
    "ddsrv dev hi",
    "```",
    "",
    "Text.",
    "",
    "```",
    "hi ready",
    "```",
    "```sh",
    "# on the server",
    "ddsrv ls",
    "```",
    "",
  ].join("\n");
  assert.deepEqual(stepsOf(page), [
    {
      machine: "laptop",
      script: "ddsrv init hi\n",
      foreground: "ddsrv dev hi",
      output: ["hi ready"],
    },
    { machine: "server", script: "ddsrv ls\n", foreground: undefined, output: [] },
  ]);
});

Deno.test("stepsOf() refuses a command that runs until Ctrl-C before others", () => {
  const page = "```sh\n# on the server\nddsrv serve /opt/functions\nddsrv ls\n```\n";
  assert.throws(() => stepsOf(page), /must be the last command of its block/);
});

const LINES: readonly (readonly [line: string, steady: string])[] = [
  ["hi   ready  4ebf320d77e2   7s  10.7MiB", "hi ready HASH AMOUNT AMOUNT"],
  ["hi   ready  7e1b320d77e2  1m  9.7MiB  0.4%", "hi ready HASH AMOUNT AMOUNT AMOUNT"],
  ["ready at http://server:9999/hi", "ready at http://server:N/hi"],
  ["\x1b[32mGET\x1b[39m /hi 200 3ms\r", "GET /hi N AMOUNT"],
  ["2026-01-02 03:04:05  deploy", "TIME deploy"],
];

for (const [line, steady] of LINES) {
  Deno.test(`steadyLine(${JSON.stringify(line)})`, () => {
    assert.equal(steadyLine(line), steady);
  });
}

Deno.test("missingLine() finds lines in their order, with others between them", () => {
  const output = "one 1s\nother\ntwo\n";
  assert.equal(missingLine(["one 2s", "…", "two"], output), undefined);
  assert.equal(missingLine(["two", "one 2s"], output), "one 2s");
  assert.equal(missingLine(["three"], output), "three");
});

Deno.test("docs/tutorial.svg shows the steps of docs/getting-started.md", async () => {
  // deno task test:tutorial --write makes it anew.
  const steps = stepsOf(await readPage("docs/getting-started.md"));
  const shown = linesOfPicture(await readPage("docs/tutorial.svg"));
  assert.deepEqual(shown, linesOfPicture(recordingOf(steps)));
});
