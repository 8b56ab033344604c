import assert from "node:assert/strict";
import { join } from "node:path";
import { BUILD_FILE, findCommit } from "../../cli/commit.ts";
import { version } from "../../cli/version.ts";
import { run } from "../../lib/system/run.ts";
import { findEpoch } from "../../packaging/deb/find_epoch.ts";

const ROOT = new URL("../../", import.meta.url);
const TIMEOUT_MS = 600_000;

/** Paths of packages. */
export interface Packages {
  /** The package of this commit, as `deno task package:deb` builds it. */
  readonly release: string;
  /** Of the same sources with higher versions. */
  readonly next: string;
  readonly last: string;
  readonly nextVersion: string;
  readonly lastVersion: string;
}

/**
 * Builds all packages below a directory. A later version is built from changed sources, so that its
 * modules have other names, as in every release.
 *
 * @throws {Error} if the same sources in two places give other bytes
 */
export async function buildPackages(directory: string): Promise<Packages> {
  const epoch = await findEpoch(ROOT.pathname, Deno.env.toObject());
  const copy = join(directory, "another place");
  await copySources(copy);
  const build = async (root: string, name: string, ...flags: string[]): Promise<string> => {
    const output = await run([
      ...["env", "--chdir", root, `SOURCE_DATE_EPOCH=${epoch}`, Deno.execPath(), "run", "--quiet"],
      ...["--allow-all", "packaging/deb/main.ts", join(directory, name), ...flags],
    ], { timeoutMs: TIMEOUT_MS });
    return output.trim();
  };
  const [major, minor, patch] = version.split(/[.-]/).map(Number);
  const [nextVersion, lastVersion] = [1, 2].map((more) => `${major}.${minor}.${patch! + more}`);
  const places = [[ROOT.pathname, "here"], [copy, "there"]] as const;
  const same = await Promise.all(
    places.map(async ([root, name]) => Deno.readFile(await build(root, name, "--fast"))),
  );
  assert.ok(equal(same[0]!, same[1]!), "Two builds of one commit differ");
  const later: string[] = [];
  for (const wanted of [nextVersion!, lastVersion!]) {
    await setVersion(copy, wanted);
    later.push(await build(copy, "later", "--fast"));
  }
  return {
    release: await build(ROOT.pathname, "release"),
    next: later[0]!,
    last: later[1]!,
    nextVersion: nextVersion!,
    lastVersion: lastVersion!,
  };
}

/** Copies what git would commit, and the commit itself. */
async function copySources(to: string): Promise<void> {
  await Deno.mkdir(to);
  const script = 'cd "$1" && git ls-files --cached --others --exclude-standard -z |' +
    ' tar --create --null --files-from=- --ignore-failed-read | tar --extract --directory="$2"';
  await run(["sh", "-c", script, "sh", ROOT.pathname, to], { timeoutMs: TIMEOUT_MS });
  await Deno.writeTextFile(
    join(to, BUILD_FILE),
    JSON.stringify({ commit: await findCommit(ROOT) }),
  );
}

async function setVersion(root: string, wanted: string): Promise<void> {
  const path = join(root, "deno.json");
  const text = await Deno.readTextFile(path);
  await Deno.writeTextFile(path, text.replace(/"version": ".*"/, `"version": "${wanted}"`));
}

function equal(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, index) => byte === b[index]);
}
