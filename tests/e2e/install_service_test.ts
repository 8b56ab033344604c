import assert from "node:assert/strict";
import { join } from "node:path";
import { makeDirectory, runCli } from "./support/harness.ts";

Deno.test("install-service writes the unit and prints the next steps", async () => {
  const directory = await makeDirectory();
  try {
    const path = join(directory, "ddsrv.service");
    const functions = join(directory, "functions");
    const written = await runCli(["install-service", functions, "--path", path]);
    assert.equal(written.code, 0);
    assert.match(written.stderr, /^ {2}mkdir -p .+\n {2}systemctl daemon-reload\n/m);
    const { stdout } = await runCli(["install-service", functions, "--print"]);
    assert.equal(await Deno.readTextFile(path), stdout);
    assert.match(stdout, /^ExecStart=\/.+\/cli\/main\.ts serve \/.+\/functions$/m);

    // ddsrv overwrites its own unit, but not another one.
    assert.equal((await runCli(["install-service", "--path", path])).code, 0);
    await Deno.writeTextFile(path, "[Service]\n");
    const refused = await runCli(["install-service", "--path", path]);
    assert.equal(refused.code, 1);
    assert.match(refused.stderr, /ddsrv did not create it\. Overwrite it with --force/);
    assert.equal(await Deno.readTextFile(path), "[Service]\n");
    assert.equal((await runCli(["install-service", "--path", path, "--force"])).code, 0);

    const nowhere = await runCli(["install-service", "--path", join(directory, "no/unit")]);
    assert.equal(nowhere.code, 1);
    assert.match(nowhere.stderr, /^ddsrv: Cannot write ".+no\/unit": .+--print/);
    const names = await Array.fromAsync(Deno.readDir(directory), ({ name }) => name);
    assert.deepEqual(names, ["ddsrv.service"]);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
});
