import assert from "node:assert/strict";
import { keepEnvFile, type KeepOptions } from "../../../cli/commands/add/keep_env_file.ts";
import { type TemporaryDirectory, temporaryDirectory } from "../../temporary_directory.ts";

const SECRET = "A=s3cr3t\n";

/** A served folder, and the one that takes its place. */
async function place(directory: TemporaryDirectory): Promise<KeepOptions> {
  await Deno.mkdir(directory.at("functions/app"), { recursive: true });
  await Deno.mkdir(directory.at("functions/.staged"));
  return {
    source: { type: "folder", path: directory.at("source"), name: "app" },
    functionsDirectory: directory.at("functions"),
    name: "app",
    staged: directory.at("functions/.staged"),
  };
}

Deno.test("keepEnvFile() copies a .env that the new folder lacks, with mode 600", async () => {
  await using directory = await temporaryDirectory();
  const options = await place(directory);
  await keepEnvFile(options);
  const target = directory.at("functions/.staged/.env");
  await assert.rejects(Deno.lstat(target), Deno.errors.NotFound);
  await Deno.writeTextFile(directory.at("functions/app/.env"), SECRET, { mode: 0o644 });
  await keepEnvFile(options);
  assert.equal(await Deno.readTextFile(target), SECRET);
  assert.equal((await Deno.lstat(target)).mode! & 0o777, 0o600);
});

Deno.test("keepEnvFile() does not overwrite anything in the new folder", async () => {
  await using directory = await temporaryDirectory();
  const options = await place(directory);
  await Deno.writeTextFile(directory.at("functions/app/.env"), SECRET);
  const target = directory.at("functions/.staged/.env");
  await Deno.writeTextFile(target, "");
  await keepEnvFile(options);
  assert.equal(await Deno.readTextFile(target), "");
  await Deno.remove(target);
  await Deno.symlink("nowhere", target);
  await keepEnvFile(options);
  assert.equal(await Deno.readLink(target), "nowhere");
});

Deno.test("keepEnvFile() follows no link out of the folder and does not block on a pipe", async () => {
  await using directory = await temporaryDirectory();
  const options = await place(directory);
  const before = directory.at("functions/app/.env");
  const target = directory.at("functions/.staged/.env");
  await Deno.writeTextFile(directory.at("shadow"), SECRET);
  await Deno.symlink("../../shadow", before);
  await keepEnvFile(options);
  await Deno.remove(before);
  await Deno.mkdir(before);
  await keepEnvFile(options);
  await Deno.remove(before);
  await new Deno.Command("mkfifo", { args: [before] }).output();
  await keepEnvFile(options);
  await assert.rejects(Deno.lstat(target), Deno.errors.NotFound);
});

Deno.test("keepEnvFile() refuses a link without a .env, and ignores a replaced link", async () => {
  await using directory = await temporaryDirectory();
  const options = await place(directory);
  await Deno.writeTextFile(directory.at("functions/app/.env"), SECRET);
  const link = { ...options, source: { ...options.source, type: "link" } } as KeepOptions;
  await assert.rejects(
    keepEnvFile(link),
    /Import its variables with: ddsrv env import app .*\.env; then remove the file/,
  );
  await Deno.rename(directory.at("functions/app"), directory.at("elsewhere"));
  await Deno.symlink("../elsewhere", directory.at("functions/app"));
  await keepEnvFile(link);
  await keepEnvFile(options);
  await assert.rejects(Deno.lstat(directory.at("functions/.staged/.env")), Deno.errors.NotFound);
});
