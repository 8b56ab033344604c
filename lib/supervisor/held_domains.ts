import { jsonEntries } from "../system/json_entries.ts";
import { readOptionalTextFile } from "../system/read_optional_text_file.ts";
import { createLatestSaver } from "../system/save_latest.ts";

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
  let wanted: ReadonlyMap<string, string> = new Map();
  const { save } = createLatestSaver({
    path,
    content: () => `${JSON.stringify(Object.fromEntries(wanted))}\n`,
    onError: ({ message }) =>
      onWarning(
        "Cannot record which function has which domain, so a restart may change it: " +
          `${message}. Make room for "${path}"`,
      ),
  });

  return {
    before: parseHeld(text ?? "{}"),
    save(owners) {
      wanted = owners;
      return save();
    },
  };
}

function parseHeld(text: string): ReadonlyMap<string, string> {
  return new Map(
    jsonEntries(text).filter((entry): entry is [string, string] => typeof entry[1] === "string"),
  );
}
