import assert from "node:assert/strict";
import { hasTaskWords, usesTaskWords } from "../../lib/function/task_words.ts";
import { temporaryDirectory } from "../temporary_directory.ts";

const texts: readonly [text: string, expected: boolean][] = [
  ['Deno.cron("a", "* * * * *", tick);', true],
  ["const { cron, serve } = Deno;", true],
  ['Deno\n  .cron("a")', true],
  ["await kv.listenQueue(handle);", true],
  ['import { cron } from "./cron.ts";', false],
  ["Deno.serve(() => new Response(chronicle));", false],
  ["kv.listenQueues()", false],
  ["", false],
];

for (const [text, expected] of texts) {
  Deno.test(`hasTaskWords() of ${JSON.stringify(text)} is ${expected}`, () => {
    assert.equal(hasTaskWords(text), expected);
  });
}

Deno.test("usesTaskWords() reads a function's own and shared modules, and no others", async () => {
  await using directory = await temporaryDirectory();
  const { at, write } = directory;
  const cron = "Deno.cron();";
  await write("f/a/index.ts", "Deno.serve();");
  await write("f/a/tasks.ts", cron);
  await write("f/a/node_modules/a/index.js", cron);
  await write("f/_shared/tasks.ts", cron);
  await write("f/b/tasks.ts", cron);
  await Deno.symlink(at("f/b/tasks.ts"), at("f/a/link.ts"));
  await write("f/a/large.ts", cron + " ".repeat(2 * 1024 ** 2));
  await new Deno.Command("mkfifo", { args: [at("f/a/pipe.ts")] }).output();
  const uses = (...paths: string[]): Promise<boolean> =>
    usesTaskWords({
      functionsDirectory: at("f"),
      directory: at("f/a"),
      modules: paths.map((path) => at(`f/${path}`)),
    });
  assert.equal(await uses("a/index.ts", "a/tasks.ts"), true);
  assert.equal(await uses("a/index.ts", "_shared/tasks.ts"), true);
  const others = ["a/link.ts", "a/large.ts", "a/pipe.ts", "a/gone.ts", "b/tasks.ts"];
  assert.equal(await uses("a/index.ts", "a/node_modules/a/index.js", ...others), false);
  assert.equal(await uses(...Array(201).fill("a/index.ts"), "a/tasks.ts"), false);
});
