import assert from "node:assert/strict";
import { unreadableReason } from "../../lib/function/readability.ts";
import { type TemporaryDirectory, temporaryDirectory } from "../temporary_directory.ts";

/** A function with a module two directories below it; the umask plays no part. */
async function writeFunction(directory: TemporaryDirectory): Promise<string[]> {
  const files = [
    await directory.write("f/index.ts"),
    await directory.write("f/src/deep/mod.ts"),
    directory.at("f/missing.ts"),
    directory.at("elsewhere.ts"),
  ];
  for (const name of ["f", "f/src", "f/src/deep"]) await Deno.chmod(directory.at(name), 0o755);
  for (const file of files.slice(0, 2)) await Deno.chmod(file, 0o644);
  return files;
}

Deno.test("unreadableReason() returns undefined if all users can read the files", async () => {
  await using directory = await temporaryDirectory();
  const files = await writeFunction(directory);
  assert.equal(await unreadableReason(directory.at("f"), files), undefined);
});

Deno.test("unreadableReason() ignores files outside the function", async () => {
  await using directory = await temporaryDirectory();
  const files = await writeFunction(directory);
  await Deno.chmod(await directory.write("elsewhere.ts"), 0o600);
  await Deno.chmod(await directory.write("function"), 0o600);
  files.push(directory.at("function"));
  assert.equal(await unreadableReason(directory.at("f"), files), undefined);
});

Deno.test("unreadableReason() does not disclose modes of files outside", async () => {
  await using directory = await temporaryDirectory();
  const files = await writeFunction(directory);
  const outside = await directory.write("outside");
  await Deno.symlink(outside, directory.at("f/deno.json"));
  files.push(directory.at("f/deno.json"));
  await Deno.chmod(outside, 0o644);
  assert.equal(await unreadableReason(directory.at("f"), files), undefined);
  await Deno.chmod(outside, 0o600);
  assert.equal(
    await unreadableReason(directory.at("f"), files),
    `"${directory.at("f/deno.json")}" leads out of "${
      directory.at("f")
    }" to a file that the function's ` +
      "own user can't read. Replace it with the file itself",
  );
});

const cases: readonly [name: string, mode: number, text: string][] = [
  ["f", 0o750, "0750"],
  ["f", 0o754, "0754"],
  ["f", 0o751, "0751"],
  ["f/src/deep", 0o700, "0700"],
  ["f/src", 0o700, "0700"],
  ["f/index.ts", 0o640, "0640"],
  ["f/src/deep/mod.ts", 0o4, "0004"],
  ["f/src/deep/mod.ts", 0o600, "0600"],
];

for (const [name, mode, text] of cases) {
  const isReadable = mode === 0o4;
  Deno.test(`unreadableReason() of "${name}" with mode ${text}`, async () => {
    await using directory = await temporaryDirectory();
    const files = await writeFunction(directory);
    await Deno.chmod(directory.at(name), mode);
    try {
      assert.equal(
        await unreadableReason(directory.at("f"), files),
        isReadable
          ? undefined
          : `"${directory.at(name)}" can't be read by the function's own user (mode ${text}). ` +
            `Run: chmod -R a+rX "${directory.at("f")}"`,
      );
    } finally {
      await Deno.chmod(directory.at(name), 0o755);
    }
  });
}
