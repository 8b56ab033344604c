import assert from "node:assert/strict";
import { parseOwnPages, readTreeMemory } from "../../lib/system/tree_memory.ts";
import { eventually } from "../patience.ts";

const MIB = 1024 ** 2;

const rows: readonly [status: string, bytes: number | undefined][] = [
  ["VmRSS:\t 100 kB\nRssAnon:\t  10 kB\nRssFile:\t  88 kB\nRssShmem:\t   2 kB\n", 12_288],
  ["Name:\tRssAnon: 1 kB\nRssAnon:\t 1 kB\n", 1_024],
  ["Name:\tdeno\nState:\tZ (zombie)\n", undefined],
  ["", undefined],
];

for (const [status, bytes] of rows) {
  Deno.test(`parseOwnPages() reads ${JSON.stringify(status)}`, () => {
    assert.equal(parseOwnPages(status), bytes);
  });
}

Deno.test("readTreeMemory() counts memory of all processes, and no pages of files", async () => {
  const perl = 'my $m = "x" x (50 << 20); $| = 1; print "ready\\n"; sleep';
  // The shell stands for the sandbox, and its child for the function.
  const child = new Deno.Command("sh", {
    args: ["-c", `perl -e '${perl}' & echo $!; wait`],
    stdout: "piped",
  }).spawn();
  let text = "";
  const reading = child.stdout.pipeThrough(new TextDecoderStream()).pipeTo(
    new WritableStream({ write: (part) => void (text += part) }),
  );
  await eventually("the child has its memory", () => text.includes("ready"));
  const inner = Number.parseInt(text);
  try {
    const own = (await readTreeMemory(inner))!;
    assert.ok(own > 50 * MIB && own < 110 * MIB, `${own} bytes`);
    // The shell is around the inner process, unless it started the sandbox itself.
    assert.equal(await readTreeMemory(child.pid), own);
    const alone = (await readTreeMemory(inner, { spawner: child.pid }))!;
    assert.ok(alone > 50 * MIB && alone < own, `${alone} of ${own} bytes`);
  } finally {
    Deno.kill(inner, "SIGKILL");
    await child.status;
    await reading;
  }
  assert.equal(await readTreeMemory(2 ** 22 + 1), undefined);
});
