// Checks thousands of hostile folders in the pretend host of the tests, and watches from outside
// which programs run, which files are opened and which hosts are contacted. DDSRV_FUZZ_FOLDERS sets
// the number of folders (10,000), DDSRV_FUZZ_SEED the seed.
const cache = await Deno.makeTempDir({ prefix: "ddsrv-fuzz-" });
const { code } = await new Deno.Command("unshare", {
  args: [
    ...["--net", "--mount", "--propagation", "private", Deno.execPath(), "run", "--quiet"],
    ...["--allow-all", "tests/outer.ts", "test", "--allow-all", "--quiet", "tests/fuzz/"],
  ],
  cwd: new URL("../..", import.meta.url),
  env: {
    DDSRV_FUZZ_FOLDERS: Deno.env.get("DDSRV_FUZZ_FOLDERS") ?? "10000",
    DDSRV_TEST_CACHE: cache,
  },
  stdin: "null",
}).spawn().status;
await Deno.remove(cache, { recursive: true });
Deno.exit(code);
