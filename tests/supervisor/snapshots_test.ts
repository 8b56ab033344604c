import assert from "node:assert/strict";
import { copyTree } from "../../lib/sandbox/copy_tree.ts";
import { openSnapshots, type Snapshots } from "../../lib/supervisor/snapshots.ts";
import { temporaryDirectory } from "../temporary_directory.ts";

Deno.test("openSnapshots() keeps the order after the clock was set back", async () => {
  await using directory = await temporaryDirectory();
  const home = directory.at("snapshots");
  const [first, second] = ["1".repeat(64), "2".repeat(64)];
  const nextYear = String(Date.now() + 31_536_000_000).padStart(15, "0");
  await directory.write(`snapshots/a/${nextYear}-${first}-${first}/index.ts`);
  await directory.write("a/index.ts");
  const open = (): Promise<Snapshots> =>
    openSnapshots({
      directory: home,
      copy: (source, target) => copyTree({ source, target, isSandboxed: false }),
    });
  const revisions = async (): Promise<string[]> =>
    (await open()).list("a").map((one) => one.revision);
  assert.deepEqual(await revisions(), [first]);
  await (await open()).take("a", {
    directory: directory.at("a"),
    revision: second,
    ownRevision: second,
    takeOwn: () => Promise.resolve(second),
  });
  assert.deepEqual(await revisions(), [second, first]);
});
