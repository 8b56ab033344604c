// What a machine must have for containers to be tried on it.

/** Why containers can't be tried here; nothing when they can. */
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

/** Everything that a daemon starts ends with the first process, and no mount leaves it. */
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
