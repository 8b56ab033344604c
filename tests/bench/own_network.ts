/** Runs a script in a separate network namespace, like the tests, and returns its exit code. */
export async function runInOwnNetwork(script: string): Promise<number> {
  const cache = await Deno.makeTempDir({ prefix: "ddsrv-bench-" });
  try {
    const { code } = await new Deno.Command("unshare", {
      args: ["--net", "--mount", "--propagation", "private", Deno.execPath(), "run", "--quiet"]
        .concat(["--allow-all", "tests/outer.ts", "run", "--quiet", "--allow-all", script]),
      cwd: new URL("../..", import.meta.url),
      env: { DDSRV_TEST_CACHE: cache },
      stdin: "null",
    }).spawn().status;
    return code;
  } finally {
    await Deno.remove(cache, { recursive: true });
  }
}
