import { fileURLToPath } from "node:url";

/** Returns the path of a module that is a local file, otherwise `undefined`. */
export function localPath(specifier: string): string | undefined {
  try {
    return specifier.startsWith("file://") ? fileURLToPath(specifier) : undefined;
  } catch {
    // Not a valid URL, or one with a host or an escaped slash.
    return undefined;
  }
}
