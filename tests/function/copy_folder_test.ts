import assert from "node:assert/strict";
import { join } from "node:path";
import { CopyError, copyFolder } from "../../lib/function/copy_folder.ts";

const { signal } = new AbortController();

interface Ground {
  readonly source: string;
  readonly target: string;
  readonly skipped: readonly string[];
  readonly copy: (signal?: AbortSignal) => Promise<void>;
}

async function onGround(test: (ground: Ground) => Promise<void>): Promise<void> {
  const directory = await Deno.makeTempDir({ prefix: "ddsrv-copy-" });
  const source = join(directory, "source");
  const target = join(directory, "target");
  const skipped: string[] = [];
  await Deno.mkdir(source);
  const onSkip = (path: string): number => skipped.push(path);
  const copy = (own: AbortSignal = signal): Promise<void> =>
    copyFolder({ source, target, onSkip, signal: own });
  try {
    await test({ source, target, skipped, copy });
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

async function modeOf(path: string): Promise<string> {
  return ((await Deno.lstat(path)).mode! & 0o7777).toString(8);
}

Deno.test("copyFolder() copies files, folders and links", () =>
  onGround(async ({ source, target, copy }) => {
    const large = crypto.getRandomValues(new Uint8Array(60_000));
    await Deno.mkdir(join(source, "a/b"), { recursive: true });
    await Deno.writeFile(join(source, "a/b/large"), new Uint8Array([...large, ...large]));
    await Deno.writeTextFile(join(source, "a/empty"), "");
    await Deno.writeTextFile(join(source, "ünï 🦕\n"), "name");
    await Deno.symlink("a/b", join(source, "inner"));
    await Deno.symlink("/etc/passwd", join(source, "outer"));
    await Deno.symlink("nowhere", join(source, "dangling"));
    await copy();
    assert.deepEqual(
      await Deno.readFile(join(target, "a/b/large")),
      new Uint8Array([...large, ...large]),
    );
    assert.equal(await Deno.readTextFile(join(target, "ünï 🦕\n")), "name");
    for (
      const [name, to] of [["inner", "a/b"], ["outer", "/etc/passwd"], ["dangling", "nowhere"]]
    ) {
      assert.equal(await Deno.readLink(join(target, name!)), to);
    }
    assert.equal((await Deno.stat(join(target, "a/empty"))).size, 0);
  }));

Deno.test("copyFolder() removes set-user-ID bits and write permission for others", () =>
  onGround(async ({ source, target, copy }) => {
    const modes: readonly (readonly [name: string, given: number, kept: string])[] = [
      ["shell", 0o6755, "755"],
      ["open", 0o666, "644"],
      ["secret", 0o600, "600"],
      ["tool", 0o777, "755"],
    ];
    for (const [name, mode] of modes) {
      await Deno.writeTextFile(join(source, name), name);
      await Deno.chmod(join(source, name), mode);
    }
    await Deno.mkdir(join(source, "shared"));
    await Deno.chmod(join(source, "shared"), 0o3777);
    await copy();
    for (const [name, , kept] of modes) assert.equal(await modeOf(join(target, name)), kept, name);
    assert.equal(await modeOf(join(target, "shared")), "755");
  }));

Deno.test("copyFolder() skips pipes, sockets and devices without blocking", () =>
  onGround(async ({ source, target, skipped, copy }) => {
    const made = await new Deno.Command("mkfifo", { args: [join(source, "pipe")] }).output();
    assert.ok(made.success);
    using _socket = Deno.listen({ transport: "unix", path: join(source, "socket") });
    await Deno.writeTextFile(join(source, "file"), "file");
    await copy();
    const left = Array.from(Deno.readDirSync(target)).map(({ name }) => name);
    assert.deepEqual(left, ["file"]);
    assert.deepEqual([...skipped].sort(), [join(source, "pipe"), join(source, "socket")]);
  }));

Deno.test("copyFolder() refuses a hard link to a protected file in a directory open to others", () =>
  onGround(async ({ source, target, copy }) => {
    await Deno.writeTextFile(`${source}-secret`, "secret");
    await Deno.chmod(`${source}-secret`, 0o600);
    await Deno.mkdir(join(source, "d"));
    await Deno.link(`${source}-secret`, join(source, "d/link"));
    await copy();
    assert.equal(await Deno.readTextFile(join(target, "d/link")), "secret");
    await Deno.remove(target, { recursive: true });
    await Deno.chmod(join(source, "d"), 0o777);
    await assert.rejects(copy(), (error: Error) => {
      assert.ok(error instanceof CopyError);
      return /source\/d\/link" is a hard link to .+\. Replace it with a copy$/.test(error.message);
    });
  }));

Deno.test("copyFolder() refuses a folder that is nested too deep", () =>
  onGround(async ({ source, copy }) => {
    await Deno.mkdir(join(source, "d/".repeat(101)), { recursive: true });
    await assert.rejects(copy(), (error: Error) => {
      assert.ok(error instanceof CopyError);
      return /is nested more than 100 levels deep\. Reduce the nesting$/.test(error.message);
    });
  }));

Deno.test("copyFolder() rejects with the reason of its signal", () =>
  onGround(async ({ source, copy }) => {
    await Deno.writeTextFile(join(source, "file"), "file");
    const reason = new Error("enough");
    await assert.rejects(copy(AbortSignal.abort(reason)), reason);
  }));

Deno.test("copyFolder() does not follow a link as its source", () =>
  onGround(async ({ source, target }) => {
    const link = `${source}-link`;
    await Deno.symlink(source, link);
    await assert.rejects(
      copyFolder({ source: link, target, onSkip: () => {}, signal }),
      /source-link" changed while it was copied\. Try again/,
    );
  }));

Deno.test("copyFolder() never copies a file from outside, even if the folder changes meanwhile", () =>
  onGround(async ({ source, target, copy }) => {
    const outside = `${source}-outside`;
    await Deno.mkdir(outside);
    for (let index = 0; index < 300; index++) {
      await Deno.mkdir(join(source, `d${index}`));
      await Deno.writeTextFile(join(source, `d${index}/f`), "inside");
    }
    await Deno.writeTextFile(join(outside, "f"), "outside");
    // A separate process, like that of an attacker.
    const swapper = new Deno.Command("sh", {
      args: [
        "-c",
        `trap exit TERM; cd "$0" && while :; do for d in d2*; do mv "$d" x$d && ln -s "$1" "$d" && rm "$d" && mv x$d "$d"; done; done`,
        source,
        outside,
      ],
      stderr: "null",
    }).spawn();
    try {
      for (let round = 0; round < 5; round++) {
        await copy().catch((error) => assert.ok(error instanceof CopyError, String(error)));
        for (const { name, isDirectory } of Deno.readDirSync(target)) {
          if (!isDirectory) continue;
          const text = await Deno.readTextFile(join(target, name, "f")).catch(() => "inside");
          assert.equal(text, "inside", name);
        }
        await Deno.remove(target, { recursive: true });
      }
    } finally {
      // It ends behind what it has under way, so that nothing is made any more.
      swapper.kill("SIGTERM");
      await swapper.status;
    }
  }));
