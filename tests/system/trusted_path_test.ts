import assert from "node:assert/strict";
import { holdTrustedPath, UntrustedPathError } from "../../lib/system/trusted_path.ts";
import { temporaryDirectory } from "../temporary_directory.ts";

const USER = 54_321;
const OTHER = 54_322;
const isRoot = Deno.uid() === 0;

Deno.test("holdTrustedPath() goes where the kernel would go", async () => {
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

Deno.test("holdTrustedPath() fails as the kernel would fail", async () => {
  await using directory = await temporaryDirectory();
  const { at } = directory;
  await directory.write("file");
  await Deno.symlink("circle", at("circle"));
  for (const [name, code] of [["none/x", "ENOENT"], ["file/x", "ENOTDIR"], ["circle", "ELOOP"]]) {
    await assert.rejects(holdTrustedPath(at(name!)), { code }, name);
  }
});

Deno.test("holdTrustedPath() makes directories that are missing, if it may", async () => {
  await using directory = await temporaryDirectory();
  const { at } = directory;
  await Deno.symlink("a", at("link"));
  await assert.rejects(holdTrustedPath(at("link/b")), { code: "ENOENT" });
  using held = await holdTrustedPath(at("link/b/c"), { makeMode: 0o700 });
  assert.equal(held.place(), at("a/b/c"));
  assert.equal((await Deno.stat(at("a/b"))).mode! & 0o777, 0o700);
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
  { directory: 0, mode: 0o755, link: USER, target: 0, isTrusted: true },
  { directory: USER, mode: 0o755, link: USER, target: USER, isTrusted: true },
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
  const why = isRoot ? "" : " (ignored: it takes root)";
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
