import assert from "node:assert/strict";
import { join } from "node:path";
import { type Extracted, extractTar } from "../../../lib/function/tar/extract.ts";
import { archive, type Entry, streamOf } from "./archive.ts";

/** Makes a folder, has Debian's tar pack it, and gives what is read from that. */
async function through(
  args: readonly string[],
  check: (place: { readonly target: string; readonly extracted: Extracted }) => Promise<void>,
): Promise<void> {
  const directory = await Deno.makeTempDir({ prefix: "ddsrv-tar-" });
  const target = join(directory, "target");
  const shop = join(directory, "shop");
  try {
    await Deno.mkdir(target);
    await Deno.mkdir(join(shop, LONG), { recursive: true });
    await Deno.writeTextFile(join(shop, "index.ts"), "entry");
    await Deno.writeTextFile(join(shop, LONG, "ünï 🦕"), "deep");
    await Deno.writeTextFile(join(shop, "tool"), "tool");
    await Deno.chmod(join(shop, "tool"), 0o4755);
    await Deno.mkdir(join(shop, "bin"));
    await Deno.symlink("../tool", join(shop, "bin/tool"));
    await Deno.symlink(`${LONG}/ünï 🦕`, join(shop, "far"));
    const tar = new Deno.Command("tar", { args: [...args], cwd: directory, stdout: "piped" })
      .spawn();
    const extracted = await extractTar(tar.stdout, { target, entryFile: "index.ts" });
    assert.ok((await tar.status).success);
    await check({ target, extracted });
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

/** Beyond what a header's own fields hold. */
const LONG = `${"long".repeat(20)}/${"x".repeat(120)}`;

for (const format of ["ustar", "pax", "gnu"]) {
  // In ustar no name may be longer than 100 bytes, nor a link's target.
  const omitted = format === "ustar" ? ["--exclude=xxx*", "--exclude=far"] : [];
  for (const compression of [[], ["--gzip"]]) {
    Deno.test(`extractTar() reads the ${format} format of tar ${compression}`, () => {
      const args = [`--format=${format}`, ...omitted, ...compression, "--create", "shop"];
      return through(args, async ({ target, extracted }) => {
        const folder = join(target, "shop");
        assert.deepEqual(extracted, { folder, name: "shop" });
        assert.equal(await Deno.readTextFile(join(folder, "index.ts")), "entry");
        assert.equal(await Deno.readTextFile(join(folder, "bin/tool")), "tool");
        assert.equal((await Deno.stat(join(folder, "tool"))).mode! & 0o7777, 0o755);
        if (format === "ustar") return;
        assert.equal(await Deno.readTextFile(join(folder, "far")), "deep");
      });
    });
  }
}

Deno.test("extractTar() accepts files at the top of an archive", () =>
  through(["--create", "-C", "shop", "."], async ({ target, extracted }) => {
    assert.deepEqual(extracted, { folder: target, name: undefined });
    assert.equal(await Deno.readTextFile(join(target, "index.ts")), "entry");
  }));

Deno.test("extractTar() strips a single top directory unless the entry is beside it", async () => {
  const table: readonly (readonly [entries: readonly Entry[], name: string | undefined])[] = [
    [[{ name: "shop/index.ts" }], "shop"],
    [[{ name: "shop/", type: "5" }, { name: "shop/a/b.ts" }], "shop"],
    [[{ name: "./shop/index.ts" }], "shop"],
    [[{ name: "shop/a.ts" }, { name: "index.ts" }], undefined],
    [[{ name: "shop/a.ts" }, { name: "blog/a.ts" }], undefined],
    [[{ name: "index.ts", type: "5" }, { name: "index.ts/a" }], undefined],
    [[{ name: "index.ts" }], undefined],
  ];
  for (const [entries, name] of table) {
    const target = await Deno.makeTempDir({ prefix: "ddsrv-tar-" });
    const extracted = await extractTar(streamOf(archive(...entries)), {
      target,
      entryFile: "index.ts",
    });
    await Deno.remove(target, { recursive: true });
    assert.equal(extracted.name, name, JSON.stringify(entries));
  }
});
