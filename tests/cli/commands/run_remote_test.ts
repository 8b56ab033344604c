import assert from "node:assert/strict";
import { eventually } from "../../patience.ts";
import { temporaryDirectory } from "../../temporary_directory.ts";

const MAIN = new URL("../../../cli/main.ts", import.meta.url).pathname;

Deno.test("logs --to ends ssh when it is ended itself", async () => {
  await using directory = await temporaryDirectory();
  // It becomes a program that waits, and that ends by a signal alone.
  const ssh = await directory.write(
    "ssh",
    `#!/bin/sh\necho $$ > '${directory.at("pid")}'\nexec sleep 600\n`,
  );
  await Deno.chmod(ssh, 0o755);
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "--no-check", "--allow-all", MAIN, "logs", "-f", "--to", "ssh://a@b"],
    env: { PATH: `${directory.path}:/usr/bin:/bin` },
    stdin: "null",
    stdout: "null",
    stderr: "null",
  }).spawn();
  const read = (): string | undefined => {
    try {
      return Deno.readTextFileSync(directory.at("pid")).trim() || undefined;
    } catch {
      return undefined;
    }
  };
  await eventually("ssh runs", () => read() !== undefined);
  child.kill("SIGTERM");
  assert.equal((await child.status).code, 143);
  await eventually("ssh has ended", () => {
    try {
      Deno.kill(Number(read()), "SIGCONT");
      return false;
    } catch {
      return true;
    }
  });
});
