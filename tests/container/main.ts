// Builds and runs the image with a real, private dockerd. If the machine does not allow that, it
// prints the reason and counts as skipped.
import { openBaseImage } from "./base_image.ts";
import { CACHE, runEnvironment, runInNamespaces } from "./engine_run.ts";
import { freePlaces, removeGroup } from "./groups.ts";
import { whyNot } from "./machine.ts";
import { openTools, type Tools } from "./tools.ts";

const STORIES = ["story.ts", "refusals.ts", "mounts.ts"]
  .map((name) => `tests/container/${name}`);

const cgroup = `/ddsrv-test-${Deno.pid}`;

async function main(): Promise<number> {
  const reason = await whyNot();
  if (reason !== undefined) return skip(reason);
  await Deno.mkdir(CACHE, { recursive: true });
  let tools: Tools;
  let archive: string;
  try {
    tools = await openTools(CACHE);
    archive = await openBaseImage(CACHE, tools);
  } catch (error) {
    const [message] = (error as Error).message.split("\n");
    return skip(`dockerd or the image's base can't be had: ${message}`);
  }
  const groups = (await Promise.all([cgroup, "/docker"].map(freePlaces))).flat();
  const directory = await Deno.makeTempDir({ dir: CACHE, prefix: "run-" });
  try {
    const env = runEnvironment(tools, { directory, cgroup });
    const inside = ["tests/container/inside.ts"];
    const built = await runInNamespaces([...inside, "build", archive], {
      env,
      hasOwnNetwork: false,
    });
    if (built !== 0) return built;
    const pretend = ["tests/outer.ts", "run", "--quiet", "--allow-all", ...inside, "test"];
    return await runInNamespaces([...pretend, ...STORIES], { env, hasOwnNetwork: true });
  } finally {
    for (const group of groups) await removeGroup(group);
    await Deno.remove(directory, { recursive: true });
  }
}

function skip(reason: string): number {
  Deno.stdout.writeSync(new TextEncoder().encode(`Containers: skipped, because ${reason}\n`));
  return 0;
}

Deno.exit(await main());
