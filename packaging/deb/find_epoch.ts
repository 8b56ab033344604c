import { run } from "../../lib/system/run.ts";

/**
 * Returns the time of the files in a package, in seconds since 1970: `SOURCE_DATE_EPOCH`, or that of
 * the commit of a checkout.
 *
 * @throws {RangeError} if `SOURCE_DATE_EPOCH` is not a number of seconds
 * @throws {Error} if it is not set and the directory is not a checkout
 */
export async function findEpoch(
  directory: string,
  { SOURCE_DATE_EPOCH: given = "" }: Readonly<Record<string, string>>,
): Promise<number> {
  if (/^\d{1,12}$/.test(given)) return Number(given);
  if (given !== "") {
    throw new RangeError(`SOURCE_DATE_EPOCH is "${given}". Set it to seconds since 1970`);
  }
  try {
    return Number(await run(["git", "-C", directory, "log", "-1", "--format=%ct"]));
  } catch (cause) {
    throw new Error(
      "The sources have no commit. Set SOURCE_DATE_EPOCH to the time of the release",
      {
        cause,
      },
    );
  }
}
