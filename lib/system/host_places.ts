import { join, win32 } from "node:path";

/** Systems that differ in where programs keep their files. */
export type HostSystem = typeof Deno.build.os;

type Variables = Readonly<Record<string, string>>;

/**
 * Returns the directory in which `ddsrv dev` keeps data of functions. Sources: XDG Base Directory
 * Specification, File System Programming Guide of Apple, Known Folder IDs of Windows.
 *
 * @example
 * ```ts
 * import { dataPlace } from "./host_places.ts";
 * dataPlace("linux", { HOME: "/home/ann" }); // "/home/ann/.local/share/ddsrv/dev"
 * ```
 */
export function dataPlace(os: HostSystem, environment: Variables): string {
  const { HOME = "/tmp", XDG_DATA_HOME = "" } = environment;
  if (os === "windows") return win32.join(localData(environment), "ddsrv", "dev");
  if (os === "darwin") return join(HOME, "Library/Application Support/ddsrv/dev");
  const data = XDG_DATA_HOME.startsWith("/") ? XDG_DATA_HOME : join(HOME, ".local/share");
  return join(data, "ddsrv/dev");
}

/**
 * Returns Deno's own module cache, see `deno info`.
 *
 * @example
 * ```ts
 * import { modulePlace } from "./host_places.ts";
 * modulePlace("darwin", { HOME: "/Users/ann" }); // "/Users/ann/Library/Caches/deno"
 * ```
 */
export function modulePlace(os: HostSystem, environment: Variables): string {
  const { DENO_DIR = "", HOME = "/", XDG_CACHE_HOME = "" } = environment;
  if (DENO_DIR !== "") return DENO_DIR;
  if (os === "windows") return win32.join(localData(environment), "deno");
  if (os === "darwin") return join(HOME, "Library/Caches/deno");
  return join(XDG_CACHE_HOME === "" ? join(HOME, ".cache") : XDG_CACHE_HOME, "deno");
}

/** Variables without which programs do not start on Windows, and Deno finds no names of hosts. */
const WINDOWS_VARIABLES: readonly string[] = [
  "COMSPEC",
  "NUMBER_OF_PROCESSORS",
  "OS",
  "PATHEXT",
  "PROCESSOR_ARCHITECTURE",
  "SYSTEMDRIVE",
  "SYSTEMROOT",
  "WINDIR",
];

/**
 * Returns the variables of this computer that each function has: `PATH`, and on Windows those that
 * every program needs. A function has no other variable of the user, because it has none on the
 * server. Names on Windows ignore case.
 */
export function hostVariables(os: HostSystem, environment: Variables): Record<string, string> {
  const wanted = os === "windows" ? ["PATH", ...WINDOWS_VARIABLES] : ["PATH"];
  return Object.fromEntries(
    Object.entries(environment).filter(([name]) =>
      wanted.includes(os === "windows" ? name.toUpperCase() : name)
    ),
  );
}

function localData({ LOCALAPPDATA = "", USERPROFILE = "C:\\" }: Variables): string {
  return LOCALAPPDATA === "" ? win32.join(USERPROFILE, "AppData", "Local") : LOCALAPPDATA;
}
