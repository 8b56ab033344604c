import { CliError } from "../exit_code.ts";

/**
 * Refuses to serve on a system that has no Unix sockets, signals and users, before any module of the
 * supervisor loads. Other systems than Linux can serve with `--isolation none`, see `requireHost`.
 *
 * @throws {CliError} on Windows
 */
export function requireServingSystem(os: typeof Deno.build.os): void {
  if (os !== "windows") return;
  throw new CliError(
    "ddsrv serve needs Linux, whose namespaces isolate functions. On Windows, use ddsrv dev, and " +
      "send functions to a Linux server with ddsrv deploy",
  );
}
