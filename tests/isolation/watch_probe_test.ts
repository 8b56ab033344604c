import assert from "node:assert/strict";
import { openInotify } from "../../lib/function/inotify.ts";
import { probeWatches } from "../../lib/isolation/watch_probe.ts";

const readLimit = (count: number) => (): Promise<string> => Promise.resolve(`${count}\n`);

Deno.test("probeWatches() returns how many directories can be watched", async () => {
  assert.equal(
    await probeWatches({ readLimit: readLimit(65_536) }),
    "ddsrv watches up to 65536 directories for changes",
  );
});

Deno.test("probeWatches() names a low limit", async () => {
  assert.deepEqual(await probeWatches({ readLimit: readLimit(100) }), {
    status: "limited",
    detail: "ddsrv watches only 100 directories, and finds changes in others by rescans",
    remedy: "Raise the limit: sysctl fs.inotify.max_user_watches=8192",
  });
});

Deno.test("probeWatches() reports a host without inotify as limited", async () => {
  const open: typeof openInotify = () => undefined;
  assert.deepEqual(await probeWatches({ open }), {
    status: "limited",
    detail: "ddsrv finds changes only by rescans: no inotify, or no openat2(2)",
    remedy: "Use Linux 5.6 or later, and allow inotify and openat2 (seccomp)",
  });
});
