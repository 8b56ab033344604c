import { dirname } from "node:path";

/** A file with the variables of one instance. Disposing of it removes it. */
export interface EnvFile extends AsyncDisposable {
  readonly path: string;
}

/**
 * Writes a function's variables for its preload module to set, readable by its own user alone. They
 * can't go into the environment of the launch chain: that runs as root up to its last step, and
 * variables such as `LD_PRELOAD` would run the function's code there. Nor can they go into
 * arguments, which everybody on the host can read.
 */
export async function writeEnvFile(
  path: string,
  env: Readonly<Record<string, string>>,
  uid: number,
): Promise<EnvFile> {
  await Deno.mkdir(dirname(path), { recursive: true, mode: 0o755 });
  // A file of that name can only be a dead predecessor's.
  await Deno.remove(path).catch(() => {});
  await Deno.writeTextFile(path, JSON.stringify(env), { mode: 0o400, createNew: true });
  await Deno.chown(path, uid, uid);
  return { path, [Symbol.asyncDispose]: () => Deno.remove(path) };
}
