import assert from "node:assert/strict";
import { sandboxMounts } from "../../lib/isolation/sandbox_mounts.ts";
import { runBounded } from "../../lib/process/bounded_output.ts";
import { sandboxCommand } from "../../lib/sandbox/sandbox.ts";
import { openPatience } from "../patience.ts";
import { temporaryDirectory } from "../temporary_directory.ts";

Deno.test("sandboxMounts() shows a cache's modules, but not the targets of links in it", async () => {
  await using directory = await temporaryDirectory();
  const { path, at, write } = directory;
  await Deno.chmod(path, 0o755);
  await write("functions/a/index.ts");
  await write("cache/remote/module", "own");
  await write("root/place/module", "secret");
  await Deno.chmod(at("root"), 0o700);
  const startFile = await write("start.json");
  const activityDirectory = at("activity");
  for (const name of ["files", "storage", "activity"]) await Deno.mkdir(at(name));
  const show = async (): Promise<string> => {
    await using seen = await sandboxMounts({
      functionsDirectory: at("functions"),
      name: "a",
      source: undefined,
      etc: [],
      lock: undefined,
      cacheDirectory: at("cache"),
      home: {
        uid: 54_323,
        files: at("files"),
        storage: at("storage"),
        writable: at("writable"),
        prefix: [],
        problems: [],
        isFileSystem: false,
        watch: () => Promise.resolve({ [Symbol.dispose]() {} }),
      },
      startFile,
      activityDirectory,
      moduleOptions: { entry: "index.ts" },
    });
    const { command, input } = sandboxCommand({
      uid: 54_323,
      mounts: seen.mounts,
      links: seen.links,
      scratch: ["/ddsrv/cache"],
      programs: true,
      workingDirectory: "/",
      command: ["cat", "/ddsrv/cache/remote/module"],
    });
    using patience = openPatience("the end of a sandbox");
    const { stdout } = await runBounded(command, {
      input,
      env: { PATH: "/usr/bin" },
      signal: patience.signal,
      maxBytes: 100,
    });
    return stdout;
  };
  assert.equal(await show(), "own");
  await Deno.rename(at("cache/remote"), at("cache/other"));
  for (const target of ["/", at("root/place"), "../root/place"]) {
    await Deno.symlink(target, at("cache/remote"));
    assert.equal(await show(), "", target);
    await Deno.remove(at("cache/remote"));
  }
  // In the check's sandbox, a link in the cache leads there.
  await Deno.symlink("other", at("cache/remote"));
  assert.equal(await show(), "own");
});
