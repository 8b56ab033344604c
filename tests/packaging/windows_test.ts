// The launcher of Windows, started by Node.js on this system with a pretend Deno.
import assert from "node:assert/strict";
import { join } from "node:path";
import { printError } from "../../cli/output/print.ts";
import { isInstalled } from "../../lib/system/programs.ts";
import { type TemporaryDirectory, temporaryDirectory } from "../temporary_directory.ts";

const PACKAGING = new URL("../../packaging/", import.meta.url);

const hasNode = await isInstalled("node", Deno.env.get("PATH") ?? "");
const ignore = !hasNode;
if (ignore) printError("The launcher of Windows is not tested: there is no node\n");

/** Prints its arguments, and exits with 7. */
const DENO = '#!/bin/sh\nprintf "%s\\n" "$DENO_NO_UPDATE_CHECK" "$@"\nexit 7\n';

async function install(platform: string): Promise<TemporaryDirectory> {
  const directory = await temporaryDirectory();
  const bin = directory.at("node_modules/ddsrv/bin");
  await Deno.mkdir(bin, { recursive: true });
  for (const name of ["ddsrv", "prepare.cjs", "windows.cjs"]) {
    await Deno.copyFile(new URL(name, PACKAGING), join(bin, name));
  }
  // As in the package, whose modules are ES modules.
  await directory.write("node_modules/ddsrv/package.json", '{ "type": "module" }');
  await directory.write("node_modules/deno/package.json", "{}");
  const { code } = await new Deno.Command("node", { args: [join(bin, "prepare.cjs"), platform] })
    .output();
  assert.equal(code, 0);
  return directory;
}

async function start(
  directory: TemporaryDirectory,
  ...args: string[]
): Promise<{ readonly code: number; readonly lines: string[]; readonly error: string }> {
  const { code, stdout, stderr } = await new Deno.Command("node", {
    args: [directory.at("node_modules/ddsrv/bin/ddsrv"), ...args],
  }).output();
  const [out, error] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes));
  return { code, lines: out!.trimEnd().split("\n"), error: error! };
}

Deno.test(
  { name: "on Windows, Node.js starts Deno with all arguments and its code", ignore },
  async () => {
    await using directory = await install("win32");
    const deno = await directory.write("node_modules/deno/deno", DENO);
    await Deno.chmod(deno, 0o755);
    const { code, lines } = await start(directory, "dev", "a b", "--port", "1");
    assert.equal(code, 7);
    assert.deepEqual([lines[0], lines[1]], ["1", "run"]);
    assert.ok(
      ["--no-config", "--no-lock", "--no-remote", "--no-npm"].every((one) => lines.includes(one)),
    );
    assert.deepEqual(lines.slice(-5), [
      directory.at("node_modules/ddsrv/lib/main.js"),
      "dev",
      "a b",
      "--port",
      "1",
    ]);
  },
);

Deno.test({ name: "on Windows, the launcher says how to get a missing Deno", ignore }, async () => {
  await using directory = await install("win32");
  const { code, error } = await start(directory);
  assert.equal(code, 1);
  assert.match(error, /^ddsrv: Cannot find Deno for ".+"\. Install the package again .+ddsrv\n$/);
});

Deno.test({ name: "on other systems, the command stays a shell script", ignore }, async () => {
  for (const platform of ["linux", "darwin"]) {
    await using directory = await install(platform);
    const text = await Deno.readTextFile(directory.at("node_modules/ddsrv/bin/ddsrv"));
    assert.equal(text, await Deno.readTextFile(new URL("ddsrv", PACKAGING)));
  }
});
