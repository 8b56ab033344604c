import assert from "node:assert/strict";
import { join } from "node:path";
import { runBounded } from "../../lib/process/bounded_output.ts";
import type { ExtraName, Stage } from "../../lib/sandbox/extra_names.ts";
import { functionMounts } from "../../lib/sandbox/function_mounts.ts";
import { SANDBOX_DENO } from "../../lib/sandbox/sandbox_paths.ts";
import { type Mount, sandboxCommand } from "../../lib/sandbox/sandbox.ts";
import { openPatience } from "../patience.ts";
import { type TemporaryDirectory, temporaryDirectory } from "../temporary_directory.ts";

const UID = 54_323;

interface Sight {
  readonly names: readonly ExtraName[];
  readonly script: string;
  readonly mounts?: readonly Mount[];
  /** Runs the chain as an ordinary user. */
  readonly isRootless?: boolean;
  readonly beforeStart?: () => Promise<void>;
}

/** Returns what a shell script says in the sandbox of the function "a" of a directory. */
async function say(directory: TemporaryDirectory, sight: Sight): Promise<string> {
  const { names, script, mounts = [], isRootless = false } = sight;
  const functionsDirectory = directory.at("functions");
  const place = directory.at("stage");
  await Deno.mkdir(place, { recursive: true, mode: 0o700 });
  const stage: Stage = {
    directory: place,
    ...isRootless ? { user: { uid: UID, gid: UID } } : {},
  };
  if (isRootless) await Deno.chown(place, UID, UID);
  await using seen = await functionMounts({ functionsDirectory, name: "a", etc: [], names });
  const { command, input } = sandboxCommand({
    uid: isRootless ? undefined : UID,
    network: "loopback",
    stage,
    // An ordinary user may be unable to enter the directory of Deno.
    mounts: [...seen.mounts.filter(({ target }) => target !== SANDBOX_DENO), ...mounts],
    programs: true,
    workingDirectory: join(functionsDirectory, "a"),
    command: ["sh", "-c", script],
  });
  await sight.beforeStart?.();
  const user = ["setpriv", "--reuid", String(UID), "--regid", String(UID), "--clear-groups"];
  using patience = openPatience("the end of a sandbox");
  // Only root may open the files of this process.
  const chain = isRootless ? command.toSpliced(command.indexOf("unshare"), 0, ...user) : command;
  const { stdout, stderr } = await runBounded(chain, {
    input,
    env: { PATH: "/usr/bin:/bin" },
    signal: patience.signal,
    maxBytes: 100_000,
  });
  return (stdout + stderr).trim();
}

/** A folder whose owner prepared links at the names that are about to be mounted. */
async function hostileFolder(): Promise<TemporaryDirectory> {
  const directory = await temporaryDirectory();
  const { path, at, write } = directory;
  await Deno.chmod(path, 0o755);
  await write("functions/a/index.ts", "code");
  await write("functions/a/app.db", "stale");
  await write("functions/a/nested/own.txt", "own");
  await write("outside/secret.txt", "secret");
  await Deno.symlink(at("outside"), at("functions/a/uploads"));
  await Deno.symlink("/oldroot/usr/bin", at("functions/a/programs"));
  await Deno.symlink("..", at("functions/a/up"));
  await Deno.mkdir(at("data"));
  await write("data/kept.txt", "kept");
  await Deno.chown(at("data"), UID, UID);
  return directory;
}

for (const isRootless of [false, true]) {
  const suffix = isRootless ? ", without root" : "";

  Deno.test(`extra names: mount points and links are in a folder that lacks them${suffix}`, async () => {
    await using directory = await hostileFolder();
    const { at } = directory;
    const inside = at("functions/a");
    const before = [...Deno.readDirSync(inside)].map(({ name }) => name).sort();
    const said = await say(directory, {
      isRootless,
      names: [
        { path: "new" },
        { path: "nested/deep/modules" },
        { path: "app.db", linkTo: "/ddsrv/data/app.db" },
      ],
      mounts: [{ source: at("data"), target: join(inside, "new"), isWritable: true }],
      script: "cat index.ts nested/own.txt new/kept.txt; echo; echo more > new/more.txt; ls new; " +
        "ls nested/deep; readlink app.db; id -u; echo x > file; echo x > nested/deep/x",
    });
    assert.equal(
      said.replace(/sh: \d+: cannot create/g, "cannot create"),
      "codeownkept\nkept.txt\nmore.txt\nmodules\n/ddsrv/data/app.db\n54323\n" +
        "cannot create file: Read-only file system\n" +
        "cannot create nested/deep/x: Read-only file system",
    );
    assert.deepEqual([...Deno.readDirSync(inside)].map(({ name }) => name).sort(), before);
    assert.equal(await Deno.readTextFile(at("data/more.txt")), "more\n");
    assert.deepEqual([...Deno.readDirSync(at("stage"))], [], "the mounts ended with the sandbox");
  });

  Deno.test(`extra names: links of the folder's owner are hidden, not followed${suffix}`, async () => {
    await using directory = await hostileFolder();
    const { at } = directory;
    const inside = at("functions/a");
    const names = ["uploads", "programs", "up"];
    const said = await say(directory, {
      isRootless,
      names: names.map((path) => ({ path })),
      mounts: names.map((name) => ({
        source: at("data"),
        target: join(inside, name),
        isWritable: true,
      })),
      script: `for name in ${names.join(" ")}; do [ -L $name ] || cat $name/kept.txt; done; ls ..`,
    });
    assert.equal(said, "keptkeptkepta");
    assert.deepEqual([...Deno.readDirSync(at("outside"))].map(({ name }) => name), ["secret.txt"]);
  });

  Deno.test(`extra names: a folder that is replaced meanwhile is not mounted${suffix}`, async () => {
    await using directory = await hostileFolder();
    const { at } = directory;
    const said = await say(directory, {
      isRootless,
      names: [{ path: "new" }],
      script: "cat secret.txt",
      async beforeStart() {
        await Deno.rename(at("functions/a"), at("functions/b"));
        await Deno.symlink(at("outside"), at("functions/a"));
        await Deno.remove(at("functions/b"), { recursive: true });
      },
    });
    assert.match(said, /^Cannot show .* in the folder: the folder was (moved|replaced)$/);
  });
}

Deno.test("extra names: names that a shell could misread are only names", async () => {
  await using directory = await hostileFolder();
  const names = ["-n", "--", "-", "!", "(", "a b", "$(id)", "it's", 'say "x"', "new\nline", "*"];
  for (const linkTo of [undefined, "/ddsrv/data"]) {
    const shown = await say(directory, {
      names: names.map((path) => linkTo === undefined ? { path } : { path, linkTo }),
      script: "ls -1 -b | grep -v '^[a-z.]*$'",
    });
    assert.equal(shown.split("\n").length, names.length, shown);
  }
});
