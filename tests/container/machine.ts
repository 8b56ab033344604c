// Requirements of the container tests on the machine.

/** Returns the reason why container tests can't run here, or nothing if they can. */
export async function whyNot(): Promise<string | undefined> {
  if (Deno.build.os !== "linux") return `this is ${Deno.build.os}, and containers are Linux's`;
  if (Deno.uid() !== 0) return "it takes root; run it with sudo";
  if (!await succeeds("apt-get", "--version")) {
    return "there is no apt-get, which dockerd and the image's base come from";
  }
  if (!await succeeds("unshare", ...NAMESPACES, "true")) {
    return `"unshare ${NAMESPACES.join(" ")}" is not allowed here`;
  }
  return undefined;
}

/**
 * Namespaces in which all processes of a daemon end with the first one, and mounts stay private.
 */
export const NAMESPACES: readonly string[] = [
  ...["--mount", "--pid", "--fork", "--kill-child", "--mount-proc", "--propagation", "private"],
];

async function succeeds(program: string, ...args: string[]): Promise<boolean> {
  try {
    const options = { args, stdin: "null", stdout: "null", stderr: "null" } as const;
    return (await new Deno.Command(program, options).output()).success;
  } catch {
    return false;
  }
}
