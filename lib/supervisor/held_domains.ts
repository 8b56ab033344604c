import { readOptionalTextFile } from "../system/read_optional_text_file.ts";
import { writeWholeFile } from "../system/write_whole_file.ts";

/** The file that remembers which function has which host, so that a restart changes nothing. */
export interface HeldDomains {
  /** Names of functions by host, as the file had them. */
  readonly before: ReadonlyMap<string, string>;
  /** Writes the present ones; only the last of several calls at once matters. */
  readonly save: (owners: ReadonlyMap<string, string>) => Promise<void>;
}

/**
 * Reads the file of held domains; ignores what it can't read. Only root, or the supervisor's user,
 * may write to its directory.
 */
export async function openHeldDomains(
  path: string,
  onWarning: (message: string) => void,
): Promise<HeldDomains> {
  const text = await readOptionalTextFile(path);
  let wanted: ReadonlyMap<string, string> | undefined;
  let saving: Promise<void> | undefined;

  async function saveAll(): Promise<void> {
    while (wanted !== undefined) {
      const owners = wanted;
      wanted = undefined;
      try {
        await writeWholeFile(path, `${JSON.stringify(Object.fromEntries(owners))}\n`);
      } catch (error) {
        onWarning(
          "Cannot record which function has which domain, so a restart may change it: " +
            `${(error as Error).message}. Make room for "${path}"`,
        );
      }
    }
  }

  return {
    before: parseHeld(text ?? "{}"),
    save(owners) {
      wanted = owners;
      saving ??= saveAll().finally(() => saving = undefined);
      return saving;
    },
  };
}

function parseHeld(text: string): ReadonlyMap<string, string> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return new Map();
  }
  const isObject = typeof value === "object" && value !== null && !Array.isArray(value);
  const entries = Object.entries(isObject ? value as object : {});
  return new Map(
    entries.filter((entry): entry is [string, string] => typeof entry[1] === "string"),
  );
}
