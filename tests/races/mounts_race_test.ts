import assert from "node:assert/strict";
import { join } from "node:path";
import { functionMounts } from "../../lib/sandbox/function_mounts.ts";
import { type Mount, sandboxCommand } from "../../lib/sandbox/sandbox.ts";
import { copyTree } from "../../lib/sandbox/copy_tree.ts";
import { runBounded } from "../../lib/process/bounded_output.ts";
import { type TemporaryDirectory, temporaryDirectory } from "../temporary_directory.ts";
import { openFlipper } from "./flipper.ts";
import { RACE_MS } from "./race_ms.ts";

/** A local user, who is not root. */
const USER = 54_321;

/** What a sandbox showed of the folder that is exchanged. */
interface Seen {
  own: number;
  secret: number;
  refused: number;
}

/** The user's `home` with a folder and a link of the user's to what root alone can reach. */
async function makeHome({ write, at }: TemporaryDirectory): Promise<void> {
  await write("root/place/text", "secret");
  await Deno.chmod(at("root"), 0o700);
  await write("home/a/text", "own");
  await Deno.symlink(at("root/place"), at("home/link"));
  const { success } = await new Deno.Command("chown", {
    args: ["--recursive", "--no-dereference", `${USER}:${USER}`, at("home")],
  }).output();
  assert.ok(success);
}

async function race(round: () => Promise<string>): Promise<Seen> {
  const seen = { own: 0, secret: 0, refused: 0 };
  const untilMs = performance.now() + RACE_MS;
  while (performance.now() < untilMs) {
    const text = await round().catch(() => "");
    if (text === "own" || text === "secret") seen[text]++;
    else seen.refused++;
  }
  return seen;
}

async function showText(mounts: readonly Mount[], directory: string): Promise<string> {
  const { command, input } = sandboxCommand({
    uid: 54_323,
    mounts,
    programs: true,
    workingDirectory: directory,
    command: ["cat", "text"],
  });
  const { stdout } = await runBounded(command, {
    input,
    env: { PATH: "/usr/bin:/bin" },
    signal: AbortSignal.timeout(30_000),
    maxBytes: 100,
  });
  return stdout;
}

Deno.test("race: a folder is exchanged for a link while root mounts it", async () => {
  await using directory = await temporaryDirectory();
  const { at } = directory;
  await makeHome(directory);
  await Deno.chmod(directory.path, 0o755);
  const [functionsDirectory, folder] = [at("home"), at("home/a")];
  await using _ = await openFlipper(folder, at("home/link"));

  // What this is about: by name, root shows what is behind the link.
  const byName = await race(() => showText([{ source: folder, target: folder }], folder));
  assert.ok(byName.secret > 0 && byName.own > 0, JSON.stringify(byName));

  const held = await race(async () => {
    await using seen = await functionMounts({ functionsDirectory, name: "a", etc: [] });
    return await showText(seen.mounts, folder);
  });
  assert.equal(held.secret, 0, JSON.stringify(held));
  assert.ok(held.own > 0, JSON.stringify(held));
});

Deno.test("race: a link of root's leads to a folder that is exchanged", async () => {
  await using directory = await temporaryDirectory();
  const { at } = directory;
  await makeHome(directory);
  await Deno.mkdir(at("functions"));
  await Deno.symlink("../home/a", at("functions/a"));
  await using _ = await openFlipper(at("home/a"), at("home/link"));
  const folder = at("functions/a");
  const seen = await race(async () => {
    await using seen = await functionMounts({
      functionsDirectory: at("functions"),
      name: "a",
      etc: [],
    });
    return await showText(seen.mounts, folder);
  });
  assert.equal(seen.secret, 0, JSON.stringify(seen));
  assert.ok(seen.own > 0, JSON.stringify(seen));
});

Deno.test("race: a folder is exchanged for a link while root copies it", async () => {
  await using directory = await temporaryDirectory();
  const { at } = directory;
  await makeHome(directory);
  await using _ = await openFlipper(at("home/a"), at("home/link"));
  let count = 0;
  const seen = await race(async () => {
    const target = at(`copy-${count++}`);
    await copyTree({ source: at("home/a"), target, isSandboxed: true });
    return await Deno.readTextFile(join(target, "text"));
  });
  assert.equal(seen.secret, 0, JSON.stringify(seen));
  assert.ok(seen.own > 0, JSON.stringify(seen));
});
