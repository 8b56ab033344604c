import assert from "node:assert/strict";
import { holdTrustedPath, UntrustedPathError } from "../../lib/system/trusted_path.ts";
import { openBelow } from "../open_below.ts";
import { temporaryDirectory } from "../temporary_directory.ts";

const USER = 54_321;
const OTHER = 54_322;
const isRoot = Deno.uid() === 0;

Deno.test("holdTrustedPath() resolves paths like the kernel", async () => {
  await using directory = await temporaryDirectory();
  const { at } = directory;
  await Deno.mkdir(at("a/b"), { recursive: true });
  await Deno.symlink("a", at("link"));
  await Deno.symlink(at("link/b"), at("further"));
  await Deno.symlink("..", at("a/b/up"));
  for (const name of ["a/b", "link/b", "further", "a/./b/../b", "further/up/b", "a//b/"]) {
    using held = await holdTrustedPath(at(name));
    assert.equal(held.place(), at("a/b"), name);
  }
});

Deno.test("holdTrustedPath() fails like the kernel", async () => {
  await using directory = await temporaryDirectory();
  const { at } = directory;
  await directory.write("file");
  await Deno.symlink("circle", at("circle"));
  for (const [name, code] of [["none/x", "ENOENT"], ["file/x", "ENOTDIR"], ["circle", "ELOOP"]]) {
    await assert.rejects(holdTrustedPath(at(name!)), { code }, name);
  }
});

Deno.test("holdTrustedPath() creates missing directories on request", async () => {
  await using directory = await temporaryDirectory();
  const { at } = directory;
  await Deno.symlink("a", at("link"));
  await assert.rejects(holdTrustedPath(at("link/b")), { code: "ENOENT" });
  using held = await holdTrustedPath(at("link/b/c"), { makeMode: 0o700 });
  assert.equal(held.place(), at("a/b/c"));
  assert.equal((await Deno.stat(at("a/b"))).mode! & 0o777, 0o700);
});

Deno.test("holdTrustedPath() returns a path that survives a rename", async () => {
  await using directory = await temporaryDirectory();
  const { at } = directory;
  await directory.write("a/own", "first");
  {
    using held = await holdTrustedPath(at("a"));
    assert.ok((await held.stat()).isDirectory());
    await Deno.rename(at("a"), at("b"));
    await directory.write("a/own", "second");
    assert.equal(await Deno.readTextFile(`${held.path}/own`), "first");
  }
  using file = await holdTrustedPath(at("a/../a/./own"));
  assert.ok((await file.stat()).isFile());
  assert.equal(await Deno.readTextFile(file.path), "second");
});

Deno.test("holdTrustedPath() follows links of root, relative and absolute, through others", async () => {
  await using directory = await temporaryDirectory();
  const { at } = directory;
  await directory.write("deep/er/own", "text");
  await Deno.symlink("er/../er", at("deep/relative"));
  await Deno.symlink(at("deep/relative"), at("absolute"));
  await Deno.symlink("absolute", at("first"));
  using held = await holdTrustedPath(at("first/own"));
  assert.equal(await Deno.readTextFile(held.path), "text");
});

Deno.test("holdTrustedPath() follows another user's link only to files of that user", async () => {
  await using directory = await temporaryDirectory();
  const { at } = directory;
  for (const name of ["alice", "bob", "root"]) await directory.write(`${name}/own`, name);
  await Deno.chown(at("alice"), USER, USER);
  await Deno.chown(at("bob"), OTHER, OTHER);
  const link = async (name: string, target: string, uid: number): Promise<string> => {
    await Deno.symlink(target, at(name));
    await chown(uid, at(name));
    return at(name);
  };
  const allowed = [
    await link("to-own", at("alice"), USER),
    // By way of root's link, and of what no user but root may enter.
    await link("of-root", "alice", 0),
    await link("to-own-by-root", "of-root", USER),
    await link("root-to-bob", "bob", 0),
  ];
  for (const path of allowed) (await holdTrustedPath(path))[Symbol.dispose]();
  const refused = [
    await link("to-root", "root", USER),
    await link("to-bob", at("bob"), USER),
    await link("to-bob-by-root", "root-to-bob", USER),
    await link("up", `${at("alice")}/..`, USER),
    await link("to-proc", "/proc/self/root", USER),
    // Bob's link leads to what is Alice's, though hers to it leads nowhere else.
    await link("through", "to-own", OTHER),
    await link("to-file", at("root/own"), USER),
  ];
  for (const path of refused) {
    await assert.rejects(holdTrustedPath(path), UntrustedPathError, path);
    await assert.rejects(holdTrustedPath(`${path}/own`), Error, path);
  }
  await assert.rejects(holdTrustedPath(refused[0]!), {
    message:
      `"${at("to-root")}" leads through the link "to-root" (to "root"), which user ${USER} ` +
      "can change, but the target belongs to user 0. Create the link as root in a directory of " +
      `root, or chown the target to user ${USER}`,
  });
  assert.deepEqual(openBelow(directory.path), []);
});

Deno.test("holdTrustedPath() rejects missing paths, circles of links and special files", async () => {
  await using directory = await temporaryDirectory();
  const { at } = directory;
  await directory.write("file");
  await Deno.symlink("circle", at("circle"));
  await Deno.symlink("nothing", at("dangling"));
  await Deno.symlink("/dev/zero", at("device"));
  for (const name of ["nothing", "nothing/below", "file/below", "dangling"]) {
    await assert.rejects(holdTrustedPath(at(name)), Deno.errors.NotFound, name);
  }
  await assert.rejects(holdTrustedPath(at("circle")), /has too many levels of links/);
  // Few links, each of which leads a long way.
  await Deno.mkdir(at("d"));
  for (let count = 0; count < 20; count++) {
    await Deno.symlink(`${"d/../".repeat(600)}long-${count + 1}`, at(`long-${count}`));
  }
  await assert.rejects(holdTrustedPath(at("long-0")), /has too many levels of links/);
  await assert.rejects(holdTrustedPath(at("device")), TypeError);
  assert.deepEqual(openBelow(directory.path), []);
});

/** Who owns the link's directory, with which mode, who the link and who what it leads to. */
interface Way {
  readonly directory: number;
  readonly mode: number;
  readonly link: number;
  readonly target: number;
  readonly isTrusted: boolean;
}

const ways: readonly Way[] = [
  { directory: 0, mode: 0o755, link: 0, target: 0, isTrusted: true },
  { directory: 0, mode: 0o755, link: 0, target: USER, isTrusted: true },
  { directory: 0, mode: 0o755, link: USER, target: 0, isTrusted: false },
  { directory: 0, mode: 0o755, link: USER, target: USER, isTrusted: true },
  { directory: USER, mode: 0o755, link: USER, target: USER, isTrusted: true },
  { directory: USER, mode: 0o755, link: 0, target: USER, isTrusted: true },
  { directory: USER, mode: 0o755, link: OTHER, target: USER, isTrusted: false },
  { directory: USER, mode: 0o755, link: USER, target: 0, isTrusted: false },
  { directory: USER, mode: 0o755, link: USER, target: OTHER, isTrusted: false },
  { directory: USER, mode: 0o755, link: 0, target: 0, isTrusted: false },
  { directory: 0, mode: 0o1777, link: 0, target: 0, isTrusted: true },
  { directory: 0, mode: 0o1777, link: USER, target: USER, isTrusted: true },
  { directory: 0, mode: 0o1777, link: USER, target: 0, isTrusted: false },
  { directory: 0, mode: 0o775, link: USER, target: 0, isTrusted: false },
];

for (const { directory: owner, mode, link, target, isTrusted } of ways) {
  const said = `link of ${link} in a ${mode.toString(8)} directory of ${owner} to one of ${target}`;
  const why = isRoot ? "" : " (ignored: needs root)";
  Deno.test({
    name: `holdTrustedPath() ${isTrusted ? "follows" : "refuses"} a ${said}${why}`,
    ignore: !isRoot,
    async fn() {
      await using directory = await temporaryDirectory();
      const { at } = directory;
      await Deno.mkdir(at("d"));
      await Deno.mkdir(at("target"));
      await Deno.symlink(at("target"), at("d/link"));
      await chown(target, at("target"));
      await chown(link, at("d/link"));
      await chown(owner, at("d"));
      await Deno.chmod(at("d"), mode);
      if (isTrusted) {
        using held = await holdTrustedPath(at("d/link"));
        assert.equal(held.place(), at("target"));
      } else await assert.rejects(holdTrustedPath(at("d/link")), UntrustedPathError);
    },
  });
}

/** Of a link, not of what it leads to. */
async function chown(uid: number, path: string): Promise<void> {
  const { success } = await new Deno.Command("chown", { args: ["-h", `${uid}`, path] }).output();
  assert.ok(success);
}
