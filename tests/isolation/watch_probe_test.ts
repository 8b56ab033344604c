import assert from "node:assert/strict";
import { openInotify } from "../../lib/function/inotify.ts";
import { lookForWatches } from "../../lib/isolation/watch_probe.ts";

const readLimit = (count: number) => (): Promise<string> => Promise.resolve(`${count}\n`);

Deno.test("lookForWatches() says how many directories can be watched", async () => {
  assert.equal(
    await lookForWatches({ readLimit: readLimit(65_536) }),
    "changes are seen at once, in at most 65536 directories",
  );
});

Deno.test("lookForWatches() names the limit to raise where it is low", async () => {
  assert.deepEqual(await lookForWatches({ readLimit: readLimit(100) }), {
    status: "limited",
    detail: "at most 100 directories are watched; changes in others are found by rescans",
    remedy: "Raise it: sysctl fs.inotify.max_user_watches=8192",
  });
});

Deno.test("lookForWatches() says that rescans find changes where there is no inotify", async () => {
  const open: typeof openInotify = () => undefined;
  assert.deepEqual(await lookForWatches({ open }), {
    status: "limited",
    detail: "changes are found by rescans alone: no inotify, or no openat2(2)",
    remedy: "Use Linux 5.6 or later, and allow inotify and openat2 (seccomp)",
  });
});
