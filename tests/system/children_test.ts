import assert from "node:assert/strict";
import { readChildren } from "../../lib/system/children.ts";

Deno.test("readChildren() returns the children of a process, oldest first", async () => {
  const parent = new Deno.Command("sh", {
    args: ["-c", "sleep 60 & a=$!; sleep 60 & echo $a $!; read line; kill $a $!; wait"],
    stdin: "piped",
    stdout: "piped",
  }).spawn();
  const reader = parent.stdout.getReader();
  const born = new TextDecoder().decode((await reader.read()).value).trim().split(" ").map(Number);
  try {
    assert.deepEqual(await readChildren(parent.pid), born);
  } finally {
    await parent.stdin.close();
    await parent.status;
    await reader.cancel();
  }
  assert.deepEqual(await readChildren(parent.pid), []);
});
