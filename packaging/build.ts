import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { BUILD_FILE, findCommit } from "../cli/commit.ts";
import { version } from "../cli/version.ts";
import { removeIfThere } from "../lib/system/remove_if_there.ts";
import { packageJson } from "./package_json.ts";

const ROOT = fileURLToPath(new URL("..", import.meta.url));

/** Files and directories to copy unchanged. */
const COPIED: readonly (readonly [from: string, to: string])[] = [
  ["packaging/ddsrv", "bin/ddsrv"],
  ["packaging/prepare.cjs", "bin/prepare.cjs"],
  ["packaging/windows.cjs", "bin/windows.cjs"],
  // Deno loads these files from disk; the code expects them beside itself.
  ["lib/sandbox/preload.js", "lib/preload.js"],
  ["lib/sandbox/run_preload.js", "lib/run_preload.js"],
  ["lib/sandbox/site", "lib/site"],
  ["lib/ui/page", "lib/page"],
  ["lib/check/fetcher.js", "lib/fetcher.js"],
  ["lib/check/edge_runtime.d.ts", "lib/edge_runtime.d.ts"],
  ["examples/_templates", "examples/_templates"],
  ["completions", "completions"],
  ["man", "man"],
  ["LICENSE", "LICENSE"],
  ["README.md", "README.md"],
];

/**
 * Builds the npm package in a directory, which is emptied first. Bundles the command line into one
 * module per verb, without remote imports. One commit gives the same bytes on every computer.
 *
 * @throws {Error} if the sources can't be bundled; Deno prints why to standard error
 */
export async function buildPackage(directory: string): Promise<void> {
  await removeIfThere(directory);
  await Deno.mkdir(join(directory, "bin"), { recursive: true });
  await bundle(join(directory, "lib"));
  for (const [from, to] of COPIED) await copy(join(ROOT, from), join(directory, to));
  const man = (await namesIn(join(directory, "man"))).map((name) => `man/${name}`);
  const json = JSON.stringify(packageJson({ version, man }), undefined, 2);
  await Deno.writeTextFile(join(directory, "package.json"), `${json}\n`);
  const commit = await findCommit(new URL("../", import.meta.url));
  await Deno.writeTextFile(join(directory, BUILD_FILE), `${JSON.stringify({ commit })}\n`);
}

/** Files and directories from which the bundle is made. */
const SOURCES: readonly string[] = ["deno.json", "deno.lock", "cli", "lib"];

/**
 * Bundles a copy of the sources that has a `node_modules`. Deno writes the path of each module into
 * the bundle, and derives names from the text: without the copy, every computer would build another
 * package.
 */
async function bundle(directory: string): Promise<void> {
  await using copied = await copySources();
  const { success } = await new Deno.Command(Deno.execPath(), {
    // Not minified: it would not start faster, and stack traces stay readable.
    args: ["bundle", "--quiet", "--node-modules-dir=auto", "--platform=deno", "--code-splitting"]
      // cli/main.ts imports the command tree by a computed name, so it is an entry of its own.
      .concat(`--outdir=${resolve(directory)}`, "cli/main.ts", "cli/run_program.ts"),
    cwd: copied.path,
    stdin: "null",
    stdout: "inherit",
    stderr: "inherit",
  }).output();
  if (!success) throw new Error("Cannot bundle the command line. See Deno's message above");
}

async function copySources(): Promise<AsyncDisposable & { readonly path: string }> {
  const path = await Deno.makeTempDir({ prefix: "ddsrv-build-" });
  const remove = (): Promise<void> => Deno.remove(path, { recursive: true });
  try {
    for (const name of SOURCES) await copy(join(ROOT, name), join(path, name));
  } catch (error) {
    await remove();
    throw error;
  }
  return { path, [Symbol.asyncDispose]: remove };
}

/** Copies a file or a directory; ignores a missing one, such as man pages not generated yet. */
async function copy(from: string, to: string): Promise<void> {
  const names = await namesIn(from);
  if (names.length > 0) {
    await Deno.mkdir(to, { recursive: true });
    for (const name of names) await copy(join(from, name), join(to, name));
    return;
  }
  await Deno.copyFile(from, to).catch(ignoreMissing);
}

async function namesIn(path: string): Promise<string[]> {
  try {
    return (await Array.fromAsync(Deno.readDir(path))).map((entry) => entry.name).sort();
  } catch (error) {
    if (error instanceof Deno.errors.NotADirectory) return [];
    ignoreMissing(error);
    return [];
  }
}

function ignoreMissing(error: unknown): void {
  if (!(error instanceof Deno.errors.NotFound)) throw error;
}
