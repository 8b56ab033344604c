import { planSelf } from "../../../service/self.ts";

/**
 * Returns the command line of this `ddsrv serve`, as it starts the version that is installed now: by
 * the launcher of a package, and otherwise in the same way as this process was started.
 */
export function serveCommand(): readonly string[] {
  const own = Deno.readTextFileSync("/proc/self/cmdline").split("\0").slice(0, -1);
  const { mainModule: main } = Deno;
  if (!main.endsWith("/lib/main.js") || main.includes("/_npx/")) return own;
  const { command } = planSelf({ main, execPath: Deno.execPath(), denoDirectory: "" });
  return [...command, ...Deno.args];
}
