/** Returns a text that differs for another folder in the same place; empty if there is none. */
export async function identifyFolder(directory: string): Promise<string> {
  try {
    const { dev, ino } = await Deno.stat(directory);
    return `${dev}:${ino}`;
  } catch {
    return "";
  }
}
