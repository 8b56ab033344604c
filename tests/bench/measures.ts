import { join } from "node:path";
import { openNetwork } from "../../lib/namespace/network.ts";
import { defaultSettings } from "../../lib/config/settings.ts";
import { settingsFor } from "../../lib/config/settings_for.ts";
import { readFunctionPolicy } from "../../lib/function/manifest.ts";
import { openSupervisorContext } from "../../lib/supervisor/supervisor_context.ts";
import { formatEndpoint } from "../../lib/system/endpoint.ts";
import {
  answering,
  makeDirectory,
  pause,
  runCli,
  startServer,
  writeFiles,
} from "../e2e/support/harness.ts";

const ROUNDS = 9;

/** Functions that measure a duration and return milliseconds, by the printed name. */
type Measures = Readonly<Record<string, () => Promise<number>>>;

/** Runs all measures in turn, round by round, so that load on the machine affects all of them. */
async function measure(measures: Measures): Promise<Map<string, number[]>> {
  const results = new Map(Object.keys(measures).map((name) => [name, [] as number[]]));
  for (const run of Object.values(measures)) await run();
  for (let round = 0; round < ROUNDS; round++) {
    for (const [name, run] of Object.entries(measures)) results.get(name)!.push(await run());
  }
  return results;
}

function print(results: ReadonlyMap<string, readonly number[]>, base: string): void {
  const baseMs = median(results.get(base)!);
  for (const [name, values] of results) {
    const sorted = [...values].sort((a, b) => a - b);
    const figures = [sorted[0]!, median(values), sorted.at(-1)!].map((ms) =>
      ms.toFixed(1).padStart(8)
    );
    const ratio = (median(values) / baseMs).toFixed(2).padStart(6);
    say(`${name.padEnd(52)} ${figures.join(" ")} ${ratio}`);
  }
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]!;
}

/** Sends a request every two milliseconds until the answer is 200. */
async function firstAnswer(url: string): Promise<void> {
  for (const until = performance.now() + 20_000; performance.now() < until;) {
    try {
      const response = await fetch(url);
      await response.body?.cancel();
      if (response.status === 200) return;
    } catch {
      // No process listens yet.
    }
    await pause(2);
  }
  throw new Error(`${url} never answered`);
}

async function timed(task: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  await task();
  return performance.now() - began;
}

function say(text: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`${text}\n`));
}

say(`${"milliseconds".padEnd(52)}      min   median      max  ratio`);
const directory = await makeDirectory();
const functions = join(directory, "f");
await writeFiles(functions, { "app/index.ts": answering("app") });

{
  await using network = await openNetwork({
    ownerId: "a1b2c3",
    addressRange: "10.213.0.0/16",
    dns: [],
    egress: "internet",
    onWarning: say,
  });
  const settings = {
    ...defaultSettings,
    functionsDirectory: functions,
    socket: join(directory, "bench.sock"),
    stateDirectory: join(directory, "state"),
  };
  await using context = await openSupervisorContext(settings, { onWarning: say });
  const app = join(functions, "app");
  const { policy } = await readFunctionPolicy(app, settingsFor(settings, "app"));
  const cacheDirectory = await context.cacheOf("app");
  const bare = (): Promise<number> => {
    const child = new Deno.Command(Deno.execPath(), {
      args: ["run", "--quiet", "--allow-all", join(app, "index.ts")],
      stdout: "null",
    }).spawn();
    return timed(() => firstAnswer("http://127.0.0.1:8000/")).finally(async () => {
      child.kill("SIGKILL");
      await child.status;
    });
  };
  const sandboxed = async (): Promise<number> => {
    await using sandbox = await context.isolation.openSandbox({
      name: "app",
      egress: "internet",
      bandwidthBits: Infinity,
      onProblems: () => {},
    });
    const began = performance.now();
    const { process, findEndpoint } = await sandbox.spawn({
      directory: app,
      source: undefined,
      policy,
      moduleOptions: {
        entry: "index.ts",
        importMap: undefined,
        allowImport: [],
        nodeModules: "none",
      },
      lock: undefined,
      envFiles: [],
      cacheDirectory,
      onLine: () => {},
    });
    const pid = await process.findPid(AbortSignal.timeout(10_000));
    const endpoint = await findEndpoint(pid!, AbortSignal.timeout(10_000));
    await firstAnswer(`http://${formatEndpoint(endpoint!)}/`);
    const ms = performance.now() - began;
    await process.kill();
    await process.ended;
    return ms;
  };
  const opened = async (): Promise<number> => {
    const began = performance.now();
    await using _ = await network.open({ label: "bench", egress: "internet" });
    return performance.now() - began;
  };
  print(
    await measure({
      "bare deno run, spawn to first answer": bare,
      "in its sandbox and namespace, spawn to first answer": sandboxed,
      "a namespace opened": opened,
    }),
    "bare deno run, spawn to first answer",
  );
}

{
  await using server = await startServer({ directory });
  let version = 0;
  const appears = async (text: string): Promise<number> => {
    await writeFiles(directory, { "aside/index.ts": answering(text) });
    // The files are unchanged for a while, like those of a folder that is moved into place.
    await pause(1200);
    const ms = await timed(async () => {
      await Deno.rename(join(directory, "aside"), join(server.functions, "new"));
      await firstAnswer(`${server.url}/new`);
    });
    await Deno.remove(join(server.functions, "new"), { recursive: true });
    await server.said("new stopped", server.output().lastIndexOf("new ready"));
    return ms;
  };
  print(
    await measure({
      "ddsrv --help": () => timed(() => runCli(["--help"])),
      "ddsrv ls": () => timed(() => server.cli("ls")),
      "a folder renamed into place, new code": () => appears(`version ${++version}`),
      "a folder renamed into place, code checked before": () => appears("same"),
    }),
    "ddsrv --help",
  );
}
await Deno.remove(directory, { recursive: true });
