/** A program of Debian that the benchmark needs. */
export interface Tool {
  readonly program: string;
  /** Package of Debian that has it. */
  readonly debianPackage: string;
  /** Argument that makes it print its version. */
  readonly versionArgument: string;
}

export const NGINX_TOOL: Tool = {
  program: "nginx",
  debianPackage: "nginx-light",
  versionArgument: "-v",
};
export const HAPROXY_TOOL: Tool = {
  program: "haproxy",
  debianPackage: "haproxy",
  versionArgument: "-v",
};
export const CADDY_TOOL: Tool = {
  program: "caddy",
  debianPackage: "caddy",
  versionArgument: "version",
};
export const WRK_TOOL: Tool = { program: "wrk", debianPackage: "wrk", versionArgument: "-v" };

/** Returns the versions of programs by their names; `undefined` for one that is not installed. */
export async function readVersions(
  tools: Iterable<Tool>,
): Promise<ReadonlyMap<Tool, string | undefined>> {
  const versions = new Map<Tool, string | undefined>();
  for (const tool of tools) versions.set(tool, await readVersion(tool));
  return versions;
}

async function readVersion({ program, versionArgument }: Tool): Promise<string | undefined> {
  try {
    const command = new Deno.Command(program, { args: [versionArgument], stdin: "null" });
    const { stdout, stderr } = await command.output();
    const text = new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
    return /\d+(\.\d+)+/.exec(text)?.[0] ?? "of an unknown version";
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}
