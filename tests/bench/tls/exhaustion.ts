const MAX_FILES = 120;
const CONNECTIONS = 200;

/** Maximum time to wait for an answer. */
const ANSWER_MS = 1_000;

/**
 * Opens more connections to a node:net server than its process may have files, closes all of them,
 * and returns the number of answers to five further clients.
 */
export async function askAfterExhaustion(): Promise<number> {
  const program = new URL("few_files_main.ts", import.meta.url).pathname;
  await using server = new Deno.Command("sh", {
    args: [
      "-c",
      `ulimit -n ${MAX_FILES} && exec "$0" run --allow-all "$1"`,
      Deno.execPath(),
      program,
    ],
    stdout: "piped",
  }).spawn();
  const line = await server.stdout.getReader().read();
  const port = Number(new TextDecoder().decode(line.value));
  // Deno itself opens files for a while after its start, and panics if it can't.
  await new Promise((resolve) => setTimeout(resolve, ANSWER_MS));
  const open = await Promise.all(
    Array.from({ length: CONNECTIONS }, () => Deno.connect({ hostname: "127.0.0.1", port })),
  );
  await new Promise((resolve) => setTimeout(resolve, ANSWER_MS));
  for (const connection of open) connection.close();
  await new Promise((resolve) => setTimeout(resolve, ANSWER_MS));
  let answered = 0;
  for (let count = 0; count < 5; count++) if (await isAnswered(port)) answered++;
  return answered;
}

async function isAnswered(port: number): Promise<boolean> {
  using connection = await Deno.connect({ hostname: "127.0.0.1", port });
  await connection.write(new Uint8Array(1));
  let timer: ReturnType<typeof setTimeout> | undefined;
  const isLate = new Promise<null>((resolve) => timer = setTimeout(resolve, ANSWER_MS, null));
  const count = await Promise.race([connection.read(new Uint8Array(1)).catch(() => null), isLate]);
  clearTimeout(timer);
  return count === 1;
}
