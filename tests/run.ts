// Runs the whole verification: format, lint, type check, then all tests in a separate network
// namespace, and checks that they leave nothing behind. Arguments: --unit for the type check and
// the tests that need no host; --times for a table of each file's time; then files or directories,
// to run only their tests.
import { basename } from "node:path";
import { installPromtool } from "./install_promtool.ts";
import { describeLeaks, takeInventory } from "./inventory.ts";
import { planPackage } from "./plan_package.ts";
import { findTestFiles, needsHost, orderFiles } from "./runner/test_files.ts";

const deno = Deno.execPath();
const root = new URL("..", import.meta.url).pathname;

const RUNNER = ["run", "--quiet", "--allow-all", "tests/runner/main.ts"];

/** Fetches types of Kubernetes, which have a lock file of their own. */
const CACHE_KUBERNETES = ["cache", "--quiet", "--config"]
  .concat("tests/fixtures/kubernetes/deno.json", "tests/fixtures/kubernetes/kinds.ts");

/** Result of a step. */
interface Step {
  readonly isPassed: boolean;
  readonly output: string;
}

async function main(args: readonly string[]): Promise<number> {
  const paths = args.filter((arg) => !arg.startsWith("--"));
  const options = args.filter((arg) => arg === "--times");
  const files = orderFiles(await findTestFiles(paths.length > 0 ? paths : ["tests"]));
  if (args.includes("--unit")) {
    if (!(await step([deno, "check", "--quiet"])).isPassed) return 1;
    const units = files.filter((file) => !needsHost(file));
    return (await step([deno, ...RUNNER, ...options, ...units])).isPassed ? 0 : 1;
  }
  const checks: readonly (readonly string[])[] = paths.length > 0
    ? []
    : [["fmt", "--check"], ["lint"], ["check"]];
  for (const check of checks) {
    if (!(await step([deno, ...check, "--quiet"])).isPassed) return 1;
  }
  const cache = await Deno.makeTempDir({ prefix: "ddsrv-test-cache-" });
  try {
    // Fetch the npm packages of functions now, because the tests have no internet access.
    if (!await fillCache(cache)) return 1;
    if (!(await step([deno, ...CACHE_KUBERNETES])).isPassed) return 1;
    for (const command of await planPackage(cache)) {
      if (!(await step(command)).isPassed) return 1;
    }
    const { path, problem } = await installPromtool(Deno.env.get("PATH") ?? "");
    if (problem !== undefined) say(problem);
    const before = await takeInventory();
    const tests = await step(
      ["unshare", "--net", "--mount", "--propagation", "private", deno]
        .concat("run", "--quiet", "--allow-all", "tests/outer.ts", RUNNER, options, files),
      { DDSRV_TEST_CACHE: cache, PATH: path },
    );
    const leaks = await describeLeaks(before);
    for (const leak of leaks) say(`Left behind: ${leak}`);
    return report(tests, leaks.length);
  } finally {
    await Deno.remove(cache, { recursive: true });
  }
}

/** Prints the total; leaks count as a failed test. */
function report(tests: Step, leaks: number): number {
  const summary = [...tests.output.matchAll(/^(\d+) passed, (\d+) failed/gm)].at(-1);
  if (summary === undefined) {
    say("The tests came to no end");
    return 1;
  }
  const passed = Number(summary[1]) + (leaks === 0 ? 1 : 0);
  const failed = Number(summary[2]) + (leaks === 0 ? 0 : 1);
  say(`${passed} passed, ${failed} failed`);
  return failed === 0 && tests.isPassed ? 0 : 1;
}

/**
 * Fills the module cache of each function that imports from npm. A cache has its function's name.
 */
async function fillCache(cache: string): Promise<boolean> {
  const fixtures = await Array.fromAsync(Deno.readDir(`${root}/tests/fixtures/npm`));
  const functions = fixtures.map(({ name }) => `tests/fixtures/npm/${name}`);
  for (const path of [...functions, "examples/_templates/express", "examples/_templates/hono"]) {
    const command = [deno, "cache", "--quiet", "--no-lock", "--no-config"]
      .concat(`${path}/index.ts`);
    const cached = await step(command, { DENO_DIR: `${cache}/npm/${basename(path)}` });
    if (!cached.isPassed) return false;
  }
  return true;
}

/** Runs a command and shows its output. */
async function step(
  [program = "", ...args]: readonly string[],
  env: Record<string, string> = {},
): Promise<Step> {
  const child = new Deno.Command(program, {
    args,
    cwd: root,
    env,
    stdin: "null",
    stdout: "piped",
  }).spawn();
  const decoder = new TextDecoder();
  let output = "";
  for await (const chunk of child.stdout) {
    output += decoder.decode(chunk, { stream: true });
    await Deno.stdout.write(chunk);
  }
  return { isPassed: (await child.status).success, output };
}

function say(message: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`${message}\n`));
}

Deno.exit(await main(Deno.args));
