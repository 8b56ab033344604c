import { dirname, join } from "node:path";

/** A directory of a test's own, which goes with the test. */
export interface TemporaryDirectory extends AsyncDisposable {
  /** Absolute, without symbolic links. */
  readonly path: string;
  /** Path of what is called `name` in it. */
  readonly at: (name: string) => string;
  /** Writes a file, with the directories on the way, and gives its path. */
  readonly write: (name: string, text?: string) => Promise<string>;
}

/** Makes a temporary directory. */
export async function temporaryDirectory(): Promise<TemporaryDirectory> {
  const path = await Deno.realPath(await Deno.makeTempDir({ prefix: "ddsrv-test-" }));
  const at = (name: string): string => join(path, name);
  return {
    path,
    at,
    async write(name, text = "") {
      await Deno.mkdir(dirname(at(name)), { recursive: true });
      await Deno.writeTextFile(at(name), text);
      return at(name);
    },
    [Symbol.asyncDispose]: () => Deno.remove(path, { recursive: true }),
  };
}
