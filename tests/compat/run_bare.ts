import { killWithChildren } from "../../lib/system/kill_with_children.ts";
import { exercise, findUnexpected, type Observation, waitForPort } from "./exercise.ts";
import type { Shape } from "./shape.ts";

/** Lines of the process's output that an error keeps. */
const MAX_OUTPUT = 4_000;

/**
 * Runs a folder with Deno alone, with all permissions, and makes the shape's requests.
 *
 * @throws {Error} when it does not listen, or does not answer as the shape says
 */
export async function runBare(
  shape: Shape,
  { directory, env }: {
    readonly directory: string;
    readonly env: Readonly<Record<string, string>>;
  },
): Promise<readonly Observation[]> {
  const { bare = [], port = 8000 } = shape;
  const child = new Deno.Command(Deno.execPath(), {
    args: [...bare],
    cwd: directory,
    env: { ...env, ...shape.env },
    clearEnv: true,
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  let output = "";
  const read = async (stream: ReadableStream<Uint8Array<ArrayBuffer>>): Promise<void> => {
    for await (const text of stream.pipeThrough(new TextDecoderStream())) output += text;
  };
  const reading = [read(child.stdout), read(child.stderr)];
  let hasExited = false;
  child.status.then(() => hasExited = true);
  try {
    await waitForPort(port, () => hasExited);
    if (hasExited) throw new Error("Deno exited");
    const seen = await exercise(shape, { url: `http://localhost:${port}`, env });
    const unexpected = findUnexpected(shape, seen);
    if (unexpected !== undefined) throw new Error(`It answers ${unexpected}`);
    return seen;
  } catch (error) {
    throw new Error(`Bare Deno: ${(error as Error).message}\n${output.slice(-MAX_OUTPUT)}`);
  } finally {
    await killWithChildren(child.pid);
    await child.status;
    await Promise.allSettled(reading);
  }
}
