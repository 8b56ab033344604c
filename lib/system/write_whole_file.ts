import { dirname } from "node:path";
import { removeIfThere } from "./remove_if_there.ts";

/**
 * Writes a text file atomically: writes and syncs a new file, then renames it. If the disk is full,
 * the old file stays. Creates a missing directory with mode 700.
 */
export async function writeWholeFile(
  path: string,
  text: string,
  { mode = 0o600 }: { readonly mode?: number } = {},
): Promise<void> {
  const beside = `${path}.new`;
  await Deno.mkdir(dirname(path), { recursive: true, mode: 0o700 });
  try {
    {
      const options = { write: true, create: true, truncate: true, mode: 0o600 };
      using file = await Deno.open(beside, options);
      const bytes = new TextEncoder().encode(text);
      for (let at = 0; at < bytes.length;) at += await file.write(bytes.subarray(at));
      await file.sync();
    }
    if (mode !== 0o600) await Deno.chmod(beside, mode);
    await Deno.rename(beside, path);
  } catch (error) {
    await removeIfThere(beside).catch(() => {});
    throw error;
  }
}
