import assert from "node:assert/strict";
import { findExcess } from "../../lib/disk/count_usage.ts";
import { temporaryDirectory } from "../temporary_directory.ts";

const LIMITS = { bytes: 2 ** 20, files: 100 };

Deno.test("findExcess() counts bytes and files, and follows no link", async () => {
  await using directory = await temporaryDirectory();
  const paths = [directory.at("late"), directory.at("b")];
  for (const path of paths) await Deno.mkdir(path);
  const excess = (): Promise<string | undefined> => findExcess(paths, LIMITS);
  await Deno.symlink("/usr", directory.at("b/usr"));
  const sparse = await directory.write("b/sparse");
  await Deno.truncate(sparse, 2 ** 30);
  assert.equal(await excess(), undefined);
  await directory.write("b/large", "x".repeat(2 ** 20));
  assert.equal(await excess(), "its data is larger than dataSize allows");
  await Deno.remove(directory.at("b/large"));
  for (let index = 0; index < 100; index++) await directory.write(`late/${index}`);
  assert.equal(await excess(), "its data has more files than dataFiles allows");
});

Deno.test("findExcess() reports an excess when the count times out", async () => {
  const run = (): Promise<string> => Promise.resolve("late\n");
  assert.match(await findExcess(["/x"], LIMITS, run) ?? "", /larger than dataSize/);
});

Deno.test("findExcess() reports no excess when counting fails", async () => {
  const run = (): Promise<string> => Promise.reject(new Error("no du"));
  assert.equal(await findExcess(["/x"], LIMITS, run), undefined);
});
