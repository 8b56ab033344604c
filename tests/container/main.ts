// Builds and runs the image with a real, private dockerd. If the machine does not allow that, it
// prints the reason and counts as skipped.
import { join } from "node:path";
import { openBaseImage } from "./base_image.ts";
import { freePlaces, removeGroup } from "./groups.ts";
import { NAMESPACES, whyNot } from "./machine.ts";
import { openTools, type Tools } from "./tools.ts";

/** Cache that is kept between runs. */
const CACHE = Deno.env.get("DDSRV_TEST_CACHE_DIRECTORY") ?? "/var/cache/ddsrv-test";

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
    const env = {
      ...tools.env,
      DOCKER_HOST: `unix://${join(directory, "docker.sock")}`,
      DOCKER_CONFIG: join(directory, "config"),
      DDSRV_DIRECTORY: directory,
      DDSRV_CGROUP: cgroup,
    };
    const inside = ["tests/container/inside.ts"];
    const built = await run([...NAMESPACES], [...inside, "build", archive], env);
    if (built !== 0) return built;
    const pretend = ["tests/outer.ts", "run", "--quiet", "--allow-all", ...inside, "test"];
    return await run(["--net", ...NAMESPACES], [...pretend, ...STORIES], env);
  } finally {
    for (const group of groups) await removeGroup(group);
    await Deno.remove(directory, { recursive: true });
  }
}

async function run(
  namespaces: readonly string[],
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<number> {
  const { code } = await new Deno.Command("unshare", {
    args: [...namespaces, Deno.execPath(), "run", "--quiet", "--allow-all", ...args],
    cwd: new URL("../..", import.meta.url).pathname,
    env,
    stdin: "null",
  }).spawn().status;
  return code;
}

function skip(reason: string): number {
  Deno.stdout.writeSync(new TextEncoder().encode(`Containers: skipped, because ${reason}\n`));
  return 0;
}

Deno.exit(await main());
