const SHARED = ["notes.ts", "pattern.ts"];

/** Files of a function of `tests/fixtures/streams`, with the modules that these share. */
export async function streamsFunction(name: string): Promise<Record<string, string>> {
  const read = (file: string): Promise<string> =>
    Deno.readTextFile(new URL(`../../fixtures/streams/${file}`, import.meta.url));
  const files: Record<string, string> = { [`${name}/index.ts`]: await read(`${name}.ts`) };
  for (const file of SHARED) files[`${name}/${file}`] = await read(file);
  return files;
}
