import { fileURLToPath } from "node:url";

/** The path of a module that is a local file; code may import anything, and most of it is none. */
export function localPath(specifier: string): string | undefined {
  try {
    return specifier.startsWith("file://") ? fileURLToPath(specifier) : undefined;
  } catch {
    // No URL, a host in it, or an escaped slash.
    return undefined;
  }
}
