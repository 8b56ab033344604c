import assert from "node:assert/strict";
import { createAccountant } from "../../lib/disk/accountant.ts";
import { temporaryDirectory } from "../temporary_directory.ts";

const LIMITS = { bytes: 2 ** 20, files: 100 };

Deno.test("findExcess() counts bytes on disk and files, and follows no link", async () => {
  await using directory = await temporaryDirectory();
  const { findExcess } = createAccountant();
  const paths = [directory.at("late"), directory.at("b")];
  for (const path of paths) await Deno.mkdir(path);
  const excess = (): Promise<string | undefined> => findExcess({ paths, limits: LIMITS });
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

Deno.test("findExcess() takes what can't be counted in time for too much", async () => {
  const { findExcess } = createAccountant({ run: () => Promise.resolve("late\n") });
  assert.match(await findExcess({ paths: ["/x"], limits: LIMITS }) ?? "", /larger than dataSize/);
});

Deno.test("findExcess() holds nothing against a function where counting itself fails", async () => {
  const run = (): Promise<string> => Promise.reject(new Error("no du"));
  const { findExcess } = createAccountant({ run });
  assert.equal(await findExcess({ paths: ["/x"], limits: LIMITS }), undefined);
});

Deno.test("watch() tells once, and no more once it is disposed of", async () => {
  let total = 1;
  const run = (): Promise<string> => Promise.resolve(`${total}\ttotal\n`);
  const { watch } = createAccountant({ run, pauseMs: 1 });
  const told = Promise.withResolvers<string>();
  let times = 0;
  const never = watch({
    paths: ["/a"],
    limits: { bytes: Infinity, files: Infinity },
    onOver: () => times++,
  });
  using _ = watch({
    paths: ["/b"],
    limits: LIMITS,
    onOver(reason) {
      times++;
      told.resolve(reason);
    },
  });
  total = 2 ** 21;
  assert.equal(await told.promise, "its data is larger than dataSize allows");
  never[Symbol.dispose]();
  assert.equal(times, 1);
});
