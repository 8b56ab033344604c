const SHARED = ["notes.ts", "pattern.ts"];

/** Returns the files of a function of `tests/fixtures/streams`, with their shared modules. */
export async function streamsFunction(name: string): Promise<Record<string, string>> {
  const read = (file: string): Promise<string> =>
    Deno.readTextFile(new URL(`../../fixtures/streams/${file}`, import.meta.url));
  const files: Record<string, string> = { [`${name}/index.ts`]: await read(`${name}.ts`) };
  for (const file of SHARED) files[`${name}/${file}`] = await read(file);
  return files;
}
