import assert from "node:assert/strict";
import { openChecks } from "../../cli/commands/check/open_checks.ts";
import { findSpecialFile } from "../../cli/commands/check/special_file.ts";
import { completeSettings } from "../../lib/config/settings.ts";
import { temporaryDirectory } from "../temporary_directory.ts";

Deno.test("openChecks() checks without a sandbox on macOS, whatever the default level is", async () => {
  await using directory = await temporaryDirectory();
  await directory.write("f/a/index.ts", 'const count: number = "text";\nexport { count };\n');
  const settings = completeSettings({ functionsDirectory: directory.at("f"), isolation: "full" });
  await using checks = await openChecks(settings, { onWarning: () => {}, os: "darwin" });
  const { diagnostics } = await checks.run({
    name: "a",
    directory: directory.at("f/a"),
    level: "types",
    moduleOptions: {
      entry: "index.ts",
      importMap: undefined,
      allowImport: [],
      nodeModules: "none",
    },
    registries: [],
    variables: {},
    bounds: { cpuTimeMs: 600_000, timeoutMs: Infinity },
    signal: new AbortController().signal,
  });
  assert.match(diagnostics ?? "", /TS2322/);
});

Deno.test("openChecks() refuses a level that another system does not have", async () => {
  const settings = completeSettings({});
  const onWarning = (): void => {};
  for (const os of ["darwin", "windows"] as const) {
    for (const chosen of ["full", "rootless"] as const) {
      await assert.rejects(openChecks(settings, { onWarning, chosen, os }), {
        name: "CliError",
        message:
          `--isolation ${chosen} needs Linux. Leave it out: this system checks without a sandbox`,
      });
    }
    await using _ = await openChecks(settings, { onWarning, chosen: "none", os });
  }
});

Deno.test("findSpecialFile() looks for pipes only on Linux, which serves", async () => {
  await using directory = await temporaryDirectory();
  await new Deno.Command("mkfifo", { args: [directory.at("pipe")] }).output();
  assert.equal(await findSpecialFile(directory.path, { os: "linux" }), directory.at("pipe"));
  assert.equal(await findSpecialFile(directory.path, { os: "darwin" }), undefined);
});
