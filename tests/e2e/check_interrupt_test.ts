// Ctrl-C ends a check that takes too long.
import assert from "node:assert/strict";
import { join } from "node:path";
import {
  COMMAND,
  eventually,
  makeDirectory,
  testEnvironment,
  writeFiles,
} from "./support/harness.ts";
import { startCli } from "./support/live_cli.ts";

/** During the download, and directly after the start. */
const MOMENTS = [["SIGINT", false], ["SIGTERM", false], ["SIGINT", true]] as const;

/** More than the number of concurrent checks. */
const NAMES = ["a", "b", "c", "d", "e", "f"];

Deno.test("check leaves nothing behind when it is interrupted while a host is silent", async () => {
  for (const [signal, isEarly] of MOMENTS) {
    const place = await makeDirectory();
    // Accepts connections and never answers.
    using silent = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const host = `127.0.0.1:${silent.addr.port}`;
    const functions = NAMES.map((name) => `functions/${name}`);
    try {
      await writeFiles(place, {
        "functions/ddsrv.json": JSON.stringify({ allowImport: [host] }),
        ...Object.fromEntries(
          functions.map((path) => [`${path}/index.ts`, `import "http://${host}/${path}.ts";\n`]),
        ),
      });
      const temporary = join(place, "temporary");
      await Deno.mkdir(temporary);
      const paths = functions.map((path) => join(place, path));
      const checking = startCli(["check", ...paths], { env: { TMPDIR: temporary } });
      using ended = new DisposableStack();
      const asked = isEarly ? undefined : ended.use(await silent.accept());
      await eventually("it has begun", () => Array.from(Deno.readDirSync(temporary)).length === 1);
      checking.signal(signal);
      const { code, stderr } = await checking.ended;
      assert.equal(code, signal === "SIGINT" ? 130 : 143, stderr);
      assert.equal(stderr, "ddsrv: Interrupted. Nothing was changed\n");
      assert.deepEqual(Array.from(Deno.readDirSync(temporary)), []);
      // The fetcher's process has exited, and so has its client.
      while (typeof await asked?.read(new Uint8Array(1_024)) === "number");
    } finally {
      await Deno.remove(place, { recursive: true });
    }
  }
});

for (const format of ["github", "json"]) {
  Deno.test(`check leaves nothing behind if the reader closes its ${format} output`, async () => {
    const place = await makeDirectory();
    try {
      await writeFiles(place, {
        "functions/a/index.ts": "const a: number = 'a';\n",
        "tmp/.here": "",
      });
      await Deno.remove(join(place, "tmp/.here"));
      const command = [...COMMAND, "check", "--format", format, join(place, "functions/a")];
      for (const script of ['"$@" | cat', '"$@" | true']) {
        const { stdout } = await new Deno.Command("sh", {
          args: ["-c", script, "sh", ...command],
          env: { ...testEnvironment(), TMPDIR: join(place, "tmp") },
        }).output();
        assert.equal(stdout.length > 0, script.endsWith("cat"));
        assert.deepEqual(Array.from(Deno.readDirSync(join(place, "tmp"))), [], script);
      }
    } finally {
      await Deno.remove(place, { recursive: true });
    }
  });
}
