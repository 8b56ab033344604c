import type { EntryDigests } from "./plan_switch.ts";
import type { Version } from "./version.ts";

/** The version in a functions directory, as the file in it says. */
export interface SourceRecord {
  /** The source that it comes from, as people see it. */
  readonly source: string;
  readonly version: Version;
  /** Time since which the version is in the directory. */
  readonly takenAtMs: number;
  /** Entries of the functions directory that come from the source. */
  readonly entries: EntryDigests;
}

/** A record, and the changes of entries that led to it, or will. */
export interface SwitchRecord {
  readonly record: SourceRecord;
  readonly changed: readonly string[];
  readonly removed: readonly string[];
}

/** Parses the text of a file with a switch; `undefined` if it is none. */
export function parseSwitchRecord(text: string): SwitchRecord | undefined {
  const value = parseJson(text);
  if (!isObject(value)) return undefined;
  const { record, changed, removed } = value;
  if (!isRecord(record) || !isNames(changed) || !isNames(removed)) return undefined;
  return { record, changed, removed };
}

function isRecord(value: unknown): value is SourceRecord {
  if (!isObject(value) || !isObject(value.version) || !isObject(value.entries)) return false;
  const { digest, etag } = value.version;
  return typeof value.source === "string" && typeof value.takenAtMs === "number" &&
    typeof digest === "string" && (etag === undefined || typeof etag === "string") &&
    isNames(Object.keys(value.entries)) &&
    Object.values(value.entries).every((one) => typeof one === "string");
}

function isNames(value: unknown): value is readonly string[] {
  return Array.isArray(value) &&
    value.every((one) =>
      typeof one === "string" && one !== "" && !one.startsWith(".") && !one.includes("/")
    );
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
