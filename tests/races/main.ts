// Runs the races of this directory for 60 s each, in a separate network namespace. The suite runs
// each of them only for a moment.
const cache = await Deno.makeTempDir({ prefix: "ddsrv-races-" });
const { code } = await new Deno.Command("unshare", {
  args: [
    ...["--net", "--mount", "--propagation", "private", Deno.execPath(), "run", "--quiet"],
    ...["--allow-all", "tests/outer.ts", "test", "--allow-all", "--quiet", "tests/races/"],
  ],
  cwd: new URL("../..", import.meta.url),
  env: {
    DDSRV_RACE_SECONDS: Deno.env.get("DDSRV_RACE_SECONDS") ?? "60",
    DDSRV_TEST_CACHE: cache,
  },
  stdin: "null",
}).spawn().status;
await Deno.remove(cache, { recursive: true });
Deno.exit(code);
