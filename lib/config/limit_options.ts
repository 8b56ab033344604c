import { parseBandwidth } from "./bandwidth.ts";
import { parseDuration } from "./duration.ts";
import { type Limits, SHARES } from "./limits.ts";
import { parseSize } from "./size.ts";

/** What a limit counts, and so how it is written. */
export type LimitUnit = "size" | "duration" | "count" | "bandwidth";

/** A limit as it is set: one name gives the key, the flag and the variable. */
export interface LimitOption {
  readonly field: keyof Limits;
  /** Key in `ddsrv.json`, in camel case. */
  readonly name: string;
  readonly unit: LimitUnit;
  /** Lowest and highest value that make sense. */
  readonly min: number;
  readonly max: number;
  /** `none` stands for no limit. */
  readonly canBeNone: boolean;
  /** One line for the help: what it bounds, and the status that goes with it. */
  readonly summary: string;
  /** The limit of which the default is a quarter. */
  readonly whole?: keyof Limits;
}

/** What is to be said of a limit beside what its name says. */
interface Description {
  readonly summary: string;
  readonly min?: number;
  readonly max?: number;
  readonly canBeNone?: boolean;
}

/** Buffers and tables are made by these, so that they can't be without an end. */
const HEAD_BYTES = { min: 64, max: 1024 ** 2 };

const DESCRIPTIONS: Readonly<Record<keyof Limits, Description>> = {
  maxHeadBytes: { summary: "a message head's size (431)", ...HEAD_BYTES },
  maxTargetBytes: { summary: "a request target's size (414)", ...HEAD_BYTES },
  maxFields: { summary: "field lines of a head (431)", max: 8_192 },
  maxBodyBytes: { summary: "a request body's size (413)", min: 0, canBeNone: true },
  headTimeoutMs: { summary: "time to a request's whole head (408)", canBeNone: true },
  idleTimeoutMs: { summary: "time without a request on a connection", canBeNone: true },
  connectTimeoutMs: { summary: "time until a function accepts (502)", canBeNone: true },
  firstByteTimeoutMs: { summary: "time to an answer's first byte (504)", canBeNone: true },
  stallTimeoutMs: { summary: "time that a client may stall a body (408)", canBeNone: true },
  waitTimeoutMs: { summary: "time that a request waits for a start (503)", canBeNone: true },
  maxWaiting: { summary: "requests that wait for one function's start (503)" },
  maxConnections: { summary: "clients' connections in all (503)", canBeNone: true },
  maxConnectionsPerPeer: { summary: "connections of one address, or IPv6 /64", canBeNone: true },
  maxPeerBufferBytes: { summary: "growth of one address's buffers", min: 0, canBeNone: true },
  maxInFlight: { summary: "requests in flight for each function (503)", canBeNone: true },
  maxInFlightPerPeer: { summary: "requests in flight for each address (429)", canBeNone: true },
};

const UNIT_OF_SUFFIX: readonly (readonly [suffix: RegExp, unit: LimitUnit, ending: string])[] = [
  [/Bytes$/, "size", "Size"],
  [/Ms$/, "duration", ""],
];

/** Highest value of a unit where nothing else is said; timers and numbers have an end. */
const MAX_OF_UNIT: Readonly<Record<LimitUnit, number>> = {
  size: Number.MAX_SAFE_INTEGER,
  duration: 2 ** 31 - 1,
  count: 1_000_000,
  bandwidth: Number.MAX_SAFE_INTEGER,
};

/** Every limit of the proxy. */
export const LIMIT_OPTIONS: readonly LimitOption[] = Object.entries(DESCRIPTIONS)
  .map(([field, description]) => {
    const found = UNIT_OF_SUFFIX.find(([suffix]) => suffix.test(field));
    const [suffix, unit, ending] = found ?? [/$/, "count" as const, ""];
    return {
      field: field as keyof Limits,
      name: field.replace(suffix, ending),
      unit,
      min: 1,
      max: MAX_OF_UNIT[unit],
      canBeNone: false,
      ...(field in SHARES ? { whole: SHARES[field as keyof typeof SHARES] } : {}),
      ...description,
    };
  });

/**
 * A limit's value as it is written: `64KiB`, `30s`, `128`, or `none`.
 *
 * @throws {SyntaxError} when it is not of the limit's unit
 * @throws {RangeError} when it is out of the limit's bounds
 */
export function parseLimit(option: LimitOption, text: string): number {
  if (text === "none" && option.canBeNone) return Infinity;
  const value = parseUnit(option.unit, text);
  if (value >= option.min && value <= option.max) return value;
  const none = option.canBeNone ? ", or none" : "";
  throw new RangeError(
    `"${text}" is out of bounds. Give ${formatLimit(option, option.min)} to ` +
      `${formatLimit(option, option.max)}${none}`,
  );
}

/** A limit's value as it would be written. */
export function formatLimit({ unit }: Pick<LimitOption, "unit">, value: number): string {
  if (value === Infinity) return "none";
  switch (unit) {
    case "size":
      return formatWith(value, [["GiB", 1024 ** 3], ["MiB", 1024 ** 2], ["KiB", 1024], ["B", 1]]);
    case "duration":
      return formatWith(value, [["h", 3_600_000], ["m", 60_000], ["s", 1_000], ["ms", 1]]);
    case "count":
      return String(value);
    case "bandwidth":
      return formatWith(value, [["gbit", 1e9], ["mbit", 1e6], ["kbit", 1e3], ["bit", 1]]);
    default:
      return unit satisfies never;
  }
}

/** The flag that sets a limit: `--max-head-size`. */
export function limitFlag({ name }: LimitOption): string {
  return `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}

/** The variable that sets a limit: `DDSRV_MAX_HEAD_SIZE`. */
export function limitVariable({ name }: LimitOption): string {
  return `DDSRV_${name.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()}`;
}

function parseUnit(unit: LimitUnit, text: string): number {
  switch (unit) {
    case "size":
      return parseSize(text);
    case "duration":
      return parseDuration(text);
    case "count":
      if (/^\d{1,15}$/.test(text)) return Number(text);
      throw new SyntaxError(`"${text}" is not a whole number`);
    case "bandwidth":
      return parseBandwidth(text);
    default:
      return unit satisfies never;
  }
}

function formatWith(value: number, units: readonly (readonly [string, number])[]): string {
  const [name, one] = units.find(([, unit]) => value >= unit && value % unit === 0) ??
    units.at(-1)!;
  return `${value / one}${name}`;
}
