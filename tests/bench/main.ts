// Runs the measures in a network of their own, as the tests are run. They are printed, and nothing
// is asserted: what a machine can do is no fault of the code.
const cache = await Deno.makeTempDir({ prefix: "ddsrv-bench-" });
try {
  const { code } = await new Deno.Command("unshare", {
    args: ["--net", "--mount", "--propagation", "private", Deno.execPath(), "run", "--quiet"]
      .concat(["--allow-all", "tests/outer.ts", "run", "--quiet", "--allow-all"])
      .concat("tests/bench/measures.ts"),
    cwd: new URL("../..", import.meta.url),
    env: { DDSRV_TEST_CACHE: cache },
    stdin: "null",
  }).spawn().status;
  Deno.exitCode = code;
} finally {
  await Deno.remove(cache, { recursive: true });
}
