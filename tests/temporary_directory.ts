import { dirname, join } from "node:path";

/** A directory for one test, which is removed at its end. */
export interface TemporaryDirectory extends AsyncDisposable {
  /** Absolute, without symbolic links. */
  readonly path: string;
  /** Returns the path of an entry. */
  readonly at: (name: string) => string;
  /** Writes a file, creates its parent directories, and returns its path. */
  readonly write: (name: string, text?: string) => Promise<string>;
}

/** Creates a temporary directory. */
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
