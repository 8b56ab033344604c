import { answering, makeDirectory, startServer } from "../../e2e/support/harness.ts";
import { row, timed, title } from "./table.ts";

/** Measures the start of a supervisor with many functions, before and after their first check. */
export async function measureBoot(count: number): Promise<void> {
  const directory = await makeDirectory();
  const names = Array.from({ length: count }, (_, index) => `f${index}`);
  const files = Object.fromEntries(names.map((name) => [`${name}/index.ts`, answering(name)]));
  title(`${count} functions at the start, until all serve`);
  for (const what of ["checked for the first time", "checked before"]) {
    const [ms, server] = await timed(async () => {
      const started = await startServer({ directory, files });
      for (const name of names) await started.said(`${name} ready`);
      return started;
    });
    row(what, `${(ms / 1000).toFixed(1)} s`, `${(ms / count).toFixed(0)} ms each`);
    const [stopMs] = await timed(async () => await server[Symbol.asyncDispose]());
    row("and stopped", `${(stopMs / 1000).toFixed(1)} s`);
  }
  await Deno.remove(directory, { recursive: true });
}
