// The npm package as users install it: packed and installed by npm, from its tarball.
import { join } from "node:path";
import { isInstalled } from "../../../lib/system/programs.ts";
import { packageDirectory } from "../../plan_package.ts";
import { makeDirectory } from "./harness.ts";

/** An installed package. Disposing of it removes it. */
export interface InstalledPackage extends AsyncDisposable {
  /** Folder that contains the installed package. */
  readonly directory: string;
  /** Path of npm's link `ddsrv`. */
  readonly program: string;
  /** Environment of its processes: without the tests' cache, and without npm's variables. */
  readonly env: Readonly<Record<string, string>>;
}

/** Returns the reason why the package can't be tested here, or `undefined` if it can. */
export async function missingForPackage(): Promise<string | undefined> {
  const cache = Deno.env.get("DDSRV_TEST_CACHE");
  if (cache === undefined) return "it is built by: deno task test tests/e2e/package_test.ts";
  return await isInstalled("npm", Deno.env.get("PATH") ?? "") ? undefined : "there is no npm";
}

/** Packs the package and installs it in an empty folder that all users can read. */
export async function installPackage(...flags: readonly string[]): Promise<InstalledPackage> {
  const directory = await makeDirectory();
  await using stack = new AsyncDisposableStack();
  stack.defer(() => Deno.remove(directory, { recursive: true }));
  await Deno.chmod(directory, 0o755);
  const source = packageDirectory(Deno.env.get("DDSRV_TEST_CACHE")!);
  await npm(directory, "pack", source);
  const [tarball] = (await Array.fromAsync(Deno.readDir(directory)))
    .filter(({ name }) => name.endsWith(".tgz"));
  await npm(directory, "install", "--offline", "--no-audit", ...flags, `./${tarball!.name}`);
  const owned = stack.move();
  return {
    directory,
    program: join(directory, "node_modules/.bin/ddsrv"),
    env: { DENO_DIR: join(directory, "deno-dir"), npm_command: "" },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

async function npm(cwd: string, ...args: readonly string[]): Promise<void> {
  const { success, stderr } = await new Deno.Command("npm", { args: [...args], cwd }).output();
  if (!success) throw new Error(`npm ${args.join(" ")}: ${new TextDecoder().decode(stderr)}`);
}
