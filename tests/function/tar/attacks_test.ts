import assert from "node:assert/strict";
import { join } from "node:path";
import { extractTar } from "../../../lib/function/tar/extract.ts";
import { TarError } from "../../../lib/function/tar/tar_error.ts";
import { archive, concat, type Entry, entry, pax, streamOf } from "./archive.ts";

const LIMITS = { maxEntries: 8, maxBytes: 4096 };
const index: Entry = { name: "index.ts", content: "export {};\n" };
const link = (name: string, linkName: string): Entry => ({ name, type: "2", linkName });
const folder = (name: string): Entry => ({ name, type: "5", mode: 0o755 });

/** Hostile archives, and the expected error of each. */
const ATTACKS: Readonly<Record<string, readonly [bytes: Uint8Array<ArrayBuffer>, said: RegExp]>> = {
  "a path upwards": [
    archive(index, { name: "../outside" }),
    /^the path "\.\.\/outside" leads out of it$/,
  ],
  "a path upwards in the middle": [archive({ name: "a/../../outside" }), /leads out of it$/],
  "a path upwards from pax": [archive(pax({ path: "../outside" }), index), /leads out of it$/],
  "a path upwards from GNU": [
    archive({ name: "././@LongLink", type: "L", content: "../outside\0" }, index),
    /leads out of it$/,
  ],
  "a path upwards in a prefix": [archive({ name: "outside", prefix: ".." }), /leads out of it$/],
  "an absolute path": [archive({ name: "/tmp/outside" }), /^the path "\/tmp\/outside" is not rel/],
  "no path": [archive({ name: "" }), /^the path "" is not relative$/],
  "a file at the top's place": [archive({ name: "." }), /^its top entry is not a directory$/],
  "a line feed in a name": [archive({ name: "a\nb" }), /^the name "a\\nb" contains a control char/],
  "an escape in a name": [
    archive({ name: "\x1b[2J" }),
    /^the name "\\u001b\[2J" contains a control/,
  ],
  "a NUL in a name": [archive(pax({ path: "a\0b" }), index), /contains a control character$/],
  "a name that is not UTF-8": [
    archive(
      index,
      { name: "", type: "L", content: new Uint8Array([0xff, 0xfe]) },
      index,
    ),
    /^it contains a name that is not UTF-8$/,
  ],
  "a name that is too long": [archive(pax({ path: "x".repeat(256) }), index), /is too long$/],
  "a path that is too long": [
    archive(pax({ path: `${"x/".repeat(1025)}y` }), index),
    /is too long$/,
  ],
  "more directories than entries": [
    archive(index, { name: "a/b/c/d/e/f/g/h/i" }),
    /^it contains more than 8 files and directories$/,
  ],
  "a hard link": [
    archive(index, { name: "copy", type: "1", linkName: "/etc/shadow" }),
    /^"copy" is a hard link\. Create the archive with --hard-dereference$/,
  ],
  "a character device": [archive({ name: "null", type: "3" }), /^"null" is a device$/],
  "a block device": [archive({ name: "disk", type: "4" }), /^"disk" is a device$/],
  "a pipe": [archive({ name: "pipe", type: "6" }), /^"pipe" is a named pipe$/],
  "GNU's sparse file": [
    archive({ name: "holes", type: "S" }),
    /^"holes" is a sparse file\. Create/,
  ],
  "pax's sparse file": [
    archive(pax({ "GNU.sparse.major": "1" }), index),
    /^it contains a sparse file$/,
  ],
  "an unknown type": [
    archive({ name: "odd", type: "V" }),
    /^"odd" is an entry of unknown type "V"$/,
  ],
  "an absolute link": [
    archive(index, link("passwd", "/etc/passwd")),
    /^the link "passwd" leads out of its folder, to "\/etc\/passwd"$/,
  ],
  "a link upwards": [
    archive(index, link("up", "..")),
    /^the link "up" leads out of its folder, to "\.\."$/,
  ],
  "a link upwards from below": [archive(index, link("a/up", "../..")), /^the link "a\/up" leads/],
  "a link that goes down and up again": [
    archive(index, folder("a/b"), link("a/b/top", "../.."), link("out", "a/b/top/..")),
    /^the link "out" leads out of its folder, to "a\/b\/top\/\.\."$/,
  ],
  "a link out of the one directory": [
    archive({ name: "shop/index.ts" }, link("shop/up", "../shop")),
    /^the link "shop\/up" leads out of its folder, to "\.\.\/shop"$/,
  ],
  "a link with a long target from pax": [
    archive(index, pax({ linkpath: "/etc" }), link("etc", "here")),
    /^the link "etc" leads out of its folder, to "\/etc"$/,
  ],
  "a link without a target": [
    archive(index, link("none", "")),
    /^the link "none" leads out of its folder, to ""$/,
  ],
  "a file through a link": [
    archive(link("etc", "/tmp"), { name: "etc/outside" }),
    /^"etc" is both a link and a directory$/,
  ],
  "a directory in a link's place": [
    archive(link("d", "."), folder("d")),
    /^"d" is both a link and a/,
  ],
  "a file in a link's place": [
    archive(link("f", "index.ts"), { name: "f" }),
    /^it contains "f" twice/,
  ],
  "a link in a directory's place": [
    archive(folder("d"), link("d", ".")),
    /^it contains "d" twice$/,
  ],
  "a file in a directory's place": [archive(folder("d"), { name: "d" }), /^it contains "d" twice$/],
  "a directory in a file's place": [
    archive({ name: "d" }, { name: "d/f" }),
    /^"d" is both a file and a directory$/,
  ],
  "a file twice": [archive(index, { name: "./index.ts" }), /^it contains "index\.ts" twice$/],
  "too many entries": [
    archive(...Array.from({ length: 9 }, (_, at) => ({ name: `f${at}` }))),
    /^it contains more than 8 entries$/,
  ],
  "global headers without end": [
    archive(...Array.from({ length: 9 }, () => pax({ comment: "x" }, "g"))),
    /^it contains more than 8 entries$/,
  ],
  "too many bytes": [
    archive(index, { name: "big", content: "x".repeat(4096) }),
    /^it contains more than 4096 bytes$/,
  ],
  "a size that is a lie": [
    archive({ name: "big", size: "77777777777\0" }),
    /^it contains more than 4096 bytes$/,
  ],
  "a number that is too large": [
    archive({ name: "big", size: "\x80".repeat(6) }),
    /^a number in a header is /,
  ],
  "a number that is none": [
    archive({ name: "f", size: "-0000000001\0" }),
    /^a number in a header is/,
  ],
  "a directory with content": [
    archive({ name: "d", type: "5", content: "x" }),
    /^"d" has content but is not a file$/,
  ],
  "a link with content": [
    archive({ ...link("l", "x"), content: "x" }),
    /^"l" has content but is not a file$/,
  ],
  "an extended header that is too long": [
    archive({ name: "x", type: "x", size: "00000300000\0" }),
    /^an extended header is larger than 65536 bytes$/,
  ],
  "a path for all entries": [archive(pax({ path: "x" }, "g"), index), /^a global header sets a /],
  "two long names": [archive(pax({ path: "a" }), pax({ path: "b" }), index), /set its path$/],
  "a long name of nothing": [
    archive(index, pax({ path: "a" })),
    /^an extended header has no entry$/,
  ],
  "a pax path told twice": [
    archive({ name: "x", type: "x", content: "9 path=a\n9 path=b\n" }, index),
    /^a header sets "path" twice$/,
  ],
  "a pax record without its length": [
    archive({ name: "x", type: "x", content: "path=a\n" }, index),
    /^a pax header is malformed$/,
  ],
  "a pax record that is too long": [
    archive({ name: "x", type: "x", content: "99 path=a\n" }, index),
    /^a pax header is malformed$/,
  ],
  "a wrong checksum": [
    archive(index).with(0, 0x6a),
    /^a header has a wrong checksum: it is damaged, or not a tar archive$/,
  ],
  "no tar at all": [
    new Uint8Array(1024).fill(0x41),
    /^it is not a tar archive: it does not begin with a header\. Use a tar/,
  ],
  "another format": [
    archive({ name: "f", magic: "star" }),
    /^its format is unknown\. Use ustar, pax, GNU or v7$/,
  ],
  "nothing": [new Uint8Array(), /^it is empty$/],
  "an end and nothing else": [archive(), /^it is empty$/],
  "a cut header": [
    archive(index).slice(0, 100),
    /^it is not a tar archive: it has only 100 bytes\. /,
  ],
  "cut content": [archive(index).slice(0, 515), /^it is truncated$/],
  "no end": [entry(index), /^it is truncated$/],
  "half an end": [concat([entry(index), new Uint8Array(512)]), /^it is truncated$/],
  "something behind the end": [
    concat([archive(index), entry({ name: "more" })]),
    /^it has data after its end$/,
  ],
  "zeros without end": [
    concat([archive(index), new Uint8Array(1024 * 1024 + 512)]),
    /^it has more than 1048576 bytes after its end$/,
  ],
  "cut gzip": [
    new Uint8Array([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3, 0x4b]),
    /^its gzip data is damaged or truncated$/,
  ],
  "xz": [
    new Uint8Array([0xfd, 0x37, 0x7a, 0x58, 0x5a, 0]),
    /^it looks like xz\. Use a tar archive, /,
  ],
  "zip": [
    new Uint8Array([0x50, 0x4b, 3, 4, 0, 0]),
    /^it looks like zip\. Use a tar archive, plain or with gzip: /,
  ],
};

for (const [name, [bytes, said]] of Object.entries(ATTACKS)) {
  Deno.test(`extractTar: refuses ${name}`, async () => {
    const directory = await Deno.makeTempDir({ prefix: "ddsrv-tar-" });
    const target = join(directory, "target");
    await Deno.mkdir(target);
    try {
      await assert.rejects(
        extractTar(streamOf(bytes), { target, entryFile: "index.ts", limits: LIMITS }),
        (error: Error) => {
          assert.ok(error instanceof TarError, String(error.stack));
          assert.match(error.message, said);
          return true;
        },
      );
      assert.deepEqual(Array.from(Deno.readDirSync(directory)).map((one) => one.name), ["target"]);
    } finally {
      await Deno.remove(directory, { recursive: true });
    }
  });
}
