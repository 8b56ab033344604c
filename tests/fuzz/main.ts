// Checks hostile folders by the thousand, in the pretend host of the tests, and watches from outside:
// what runs, what is opened, whom it asks. DDSRV_FUZZ_FOLDERS says how many (10,000), and
// DDSRV_FUZZ_SEED which ones.
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
