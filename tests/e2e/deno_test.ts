import { equal, match } from "node:assert/strict";
import { join } from "node:path";
import { makeDirectory, runCli, startServer } from "./support/harness.ts";

Deno.test("serve checks and runs functions with the Deno that the operator names", async () => {
  const directory = await makeDirectory();
  const deno = join(directory, "another-deno");
  await Deno.copyFile(Deno.execPath(), deno);
  const { deno: version } = Deno.version;
  {
    await using server = await startServer({
      isChecked: true,
      directory,
      flags: ["--deno", deno],
      files: {
        "same/index.ts": "Deno.serve(() => new Response(Deno.version.deno));\n",
        "same/ddsrv.json": JSON.stringify({ deno: version.split(".").slice(0, 2).join(".") }),
        "old/index.ts": "Deno.serve(() => new Response());\n",
        "old/ddsrv.json": '{ "deno": "2.5" }',
      },
    });
    await server.said("old failed");
    await server.answers("/same", version);
    const same = await server.inspect("same");
    equal(same.deno, version);
    const running = await Deno.stat(`/proc/${same.pid}/exe`);
    equal(running.ino, (await Deno.stat(deno)).ino);
    const { detail } = await server.inspect("old");
    match(
      detail!,
      /^The function asks for Deno 2\.5, and these versions are installed: [\d.]+\. Ask/,
    );
  }
  await Deno.chmod(deno, 0o777);
  const { code, stderr } = await runCli(["serve", directory, "--port=0", "--deno", deno]);
  equal(code, 1);
  match(stderr, /Cannot use the Deno of --deno: ".*another-deno" can be changed by other users/);
  const checked = await runCli(["check", join(directory, "functions", "old")]);
  match(checked.stderr, /asks for Deno 2\.5/);
  await Deno.remove(directory, { recursive: true });
});
