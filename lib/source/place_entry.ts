import { COMMON_FILES } from "../function/layout.ts";
import { RefusedVersionError } from "./source_error.ts";

/** Finds the place of an archive's entries in the functions directory. */
export interface EntryPlaces {
  /**
   * Returns the names of the path below the functions directory; `undefined` for an entry that does
   * not belong there.
   *
   * @throws {RefusedVersionError} if `*` stands for several directories
   */
  readonly placeOf: (
    names: readonly string[],
    type: "file" | "directory" | "link",
  ) => readonly string[] | undefined;
}

/**
 * Creates the places of one archive. Only directories with visible names and the configuration that
 * all functions share have a place. `ddsrv.json` and `.env` at the top have none: they are settings
 * of the operator, and a source must not change what functions may do. Links at the top have none.
 */
export function createEntryPlaces(directory: readonly string[]): EntryPlaces {
  let only: string | undefined;

  function isBelow(names: readonly string[]): boolean {
    return directory.every((wanted, depth) => {
      if (wanted !== "*") return names[depth] === wanted;
      const name = names[depth];
      if (name === undefined) return false;
      only ??= name;
      if (name === only) return true;
      throw new RefusedVersionError(
        `The archive has several entries at its top, "${only}" and "${name}", so "*" is not clear. ` +
          "Name the directory",
      );
    });
  }

  return {
    placeOf(names, type) {
      if (!isBelow(names)) return undefined;
      const rest = names.slice(directory.length);
      const [top] = rest;
      if (top === undefined || top.startsWith(".")) return undefined;
      if (rest.length > 1 || type === "directory") return rest;
      return type === "file" && COMMON_FILES.includes(top) ? rest : undefined;
    },
  };
}
