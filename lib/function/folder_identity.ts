import { fileIdentity } from "../system/file_identity.ts";

/**
 * Returns a text that differs for another folder in the same place; empty if there is none.
 *
 * @throws {Error} if the host can't tell
 */
export async function identifyFolder(directory: string): Promise<string> {
  try {
    return fileIdentity(await Deno.stat(directory));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return "";
    throw error;
  }
}
