import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { NAMESPACES } from "./machine.ts";
import type { Tools } from "./tools.ts";

/** Cache that is kept between runs. */
export const CACHE = Deno.env.get("DDSRV_TEST_CACHE_DIRECTORY") ?? "/var/cache/ddsrv-test";

/** Place of one run. */
export interface RunPlace {
  readonly directory: string;
  /** Control group of all containers. */
  readonly cgroup: string;
}

/** Returns the variables by which the programs of a run find its tools, its daemon and its place. */
export function runEnvironment(
  { env }: Tools,
  { directory, cgroup }: RunPlace,
): Readonly<Record<string, string>> {
  return {
    ...env,
    DOCKER_HOST: `unix://${join(directory, "docker.sock")}`,
    DOCKER_CONFIG: join(directory, "config"),
    DDSRV_DIRECTORY: directory,
    DDSRV_CGROUP: cgroup,
  };
}

/** Options of {@linkcode runInNamespaces}. */
export interface NamespaceRun {
  readonly env: Readonly<Record<string, string>>;
  /** It gets a network of its own, too. */
  readonly hasOwnNetwork: boolean;
}

/** Runs a program with its arguments in namespaces of its own, and returns its exit code. */
export async function runInNamespaces(
  args: readonly string[],
  { env, hasOwnNetwork }: NamespaceRun,
): Promise<number> {
  const { code } = await new Deno.Command("unshare", {
    args: [...hasOwnNetwork ? ["--net"] : [], ...NAMESPACES]
      .concat(Deno.execPath(), "run", "--quiet", "--allow-all", ...args),
    cwd: fileURLToPath(new URL("../..", import.meta.url)),
    env,
    stdin: "null",
  }).spawn().status;
  return code;
}
