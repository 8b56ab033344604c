import assert from "node:assert/strict";
import fc from "fast-check";
import { mkdir, symlink } from "node:fs/promises";
import { dirname, join } from "node:path";
import { defaultSettings } from "../../lib/config/settings.ts";
import { checkPath } from "../../cli/commands/check_path.ts";
import { openStandaloneChecks } from "../../lib/isolation/standalone_checks.ts";
import { temporaryDirectory } from "../temporary_directory.ts";
import { CANARY, HOSTILE_PACKAGE, type HostileFolder, hostileFolder } from "./hostile_folder.ts";
import { watchProcesses } from "./process_watch.ts";

const FOLDERS = Number(Deno.env.get("DDSRV_FUZZ_FOLDERS") ?? 25);
const SEED = Number(Deno.env.get("DDSRV_FUZZ_SEED") ?? 1);

/** Number of concurrent checks. */
const LANES = 2;

/** User ids of manual checks and their fetcher. */
const USERS = { firstUid: 0x7400_0000, count: 65_537 };

const REGISTRY = "http://server.test";

async function write(path: string, { files, links, pipes }: HostileFolder): Promise<void> {
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(path, name)), { recursive: true });
    await Deno.writeTextFile(join(path, name), text);
  }
  for (const [name, target] of Object.entries(links)) {
    await Deno.remove(join(path, name)).catch(() => {});
    await symlink(target, join(path, name));
  }
  for (const name of pipes) {
    await Deno.remove(join(path, name)).catch(() => {});
    await new Deno.Command("mkfifo", { args: [join(path, name)] }).output();
  }
}

/** Writes a secret to a file system that records each access. */
async function openCanary(): Promise<
  AsyncDisposable & { readonly accessed: () => Promise<boolean> }
> {
  const directory = dirname(CANARY);
  await mkdir(directory, { recursive: true });
  const mounted = await new Deno.Command("mount", {
    args: ["-t", "tmpfs", "-o", "strictatime,mode=755", "tmpfs", directory],
  }).output();
  assert.ok(mounted.success, new TextDecoder().decode(mounted.stderr));
  await Deno.writeTextFile(CANARY, "export {};\n", { mode: 0o644 });
  const timeOf = async (): Promise<number> => (await Deno.stat(CANARY)).atime!.getTime();
  const before = await timeOf();
  return {
    accessed: async () => await timeOf() !== before,
    async [Symbol.asyncDispose]() {
      await new Deno.Command("umount", { args: [directory] }).output();
      await Deno.remove(directory);
    },
  };
}

Deno.test(`check runs no code, opens no outside files and contacts no outside hosts in ${FOLDERS} hostile folders`, async () => {
  const script = { scripts: { install: `cat ${CANARY}; id` } };
  const body = JSON.stringify({ name: "fuzz", manifest: script });
  await (await fetch(`${REGISTRY}/packages`, { method: "POST", body })).body?.cancel();
  await using place = await temporaryDirectory();
  await using canary = await openCanary();
  const settings = {
    ...defaultSettings,
    functionsDirectory: place.at("functions"),
    stateDirectory: place.at("state"),
    registries: ["server.test"],
    allowImport: ["server.test:80"],
  };
  await using checks = await openStandaloneChecks(settings, () => {});
  const ends = { passed: 0, refused: 0 };
  const { signal } = new AbortController();
  async function checkOne(folder: HostileFolder, name: string): Promise<void> {
    const path = place.at(`functions/${name}`);
    await mkdir(path, { recursive: true });
    await write(path, folder);
    const said = await checkPath(path, {
      isColoured: false,
      loadSettings: () => Promise.resolve(settings),
      openChecks: () => Promise.resolve(checks),
      signal,
    });
    if (said.type === "passed") ends.passed++;
    else {
      ends.refused++;
      assert.doesNotMatch(JSON.stringify(said), /root:[*x!]|call stack/i, JSON.stringify(folder));
    }
    assert.equal(await canary.accessed(), false, JSON.stringify(folder));
    await Deno.remove(path, { recursive: true });
  }
  {
    await using processes = watchProcesses(USERS);
    const folders = fc.sample(hostileFolder, { numRuns: FOLDERS, seed: SEED });
    const next = [HOSTILE_PACKAGE, ...folders].entries();
    await Promise.all(Array.from({ length: LANES }, async () => {
      for (const [index, folder] of next) await checkOne(folder, `f${index}`);
    }));
    const programs = [...processes.programs].sort();
    const allowed = /\/(?:deno|setpriv|perl|bwrap|nsenter|sh|dash)$/;
    assert.deepEqual(programs.filter((program) => !allowed.test(program)), []);
    // Positive control: the watch has seen Deno.
    assert.ok(programs.some((program) => program.endsWith("/deno")), String(programs));
  }
  const asked = (await (await fetch(`${REGISTRY}/asked`)).text()).split("\n");
  // Other tests request other paths.
  const ours = asked.filter((line) => /^\S+ \/(?:npm|a\.ts|std)/.test(line));
  assert.deepEqual(ours.filter((line) => !/^203\.0\.113\.1[01] /.test(line)), []);
  assert.ok(asked.some((line) => line.includes(" /npm/fuzz")));
  // deno-lint-ignore no-console
  console.log(`${ends.passed} passed their check, ${ends.refused} did not`);
  assert.ok(ends.passed > 0 && ends.refused > 0);
  // Positive control: the canary records an access.
  await Deno.readTextFile(CANARY);
  assert.equal(await canary.accessed(), true);
});
