import { formatDuration, parseDuration } from "./duration.ts";
import { type Kind, parsed, textKind } from "./kind.ts";
import { formatSize, parseSize } from "./size.ts";

/** Bounds of a number, both included. */
export interface Range {
  readonly min?: number;
  readonly max?: number;
  /** The word for no limit, if that is allowed: the value is Infinity. */
  readonly none?: "none" | "never";
}

/** Returns the kind of a duration in milliseconds, such as `30s`. */
export function duration(range: Range = {}): Kind<number> {
  const { none } = range;
  const hint = none === undefined ? undefined : `Give a duration such as 10s, or ${none}`;
  return bounded(
    { placeholder: "duration", parse: parseDuration, format: formatDuration, hint },
    range,
  );
}

/** Returns the kind of a size in bytes, such as `64KiB`. */
export function size(range: Range = {}): Kind<number> {
  return bounded({ placeholder: "size", parse: parseSize, format: formatSize }, range);
}

/** Bounds of a whole number, and the message for one in `ddsrv.json` that is too small. */
export interface WholeRange {
  readonly min: number;
  readonly max: number;
  readonly hint?: string;
  readonly placeholder?: string;
  /** Maximum number of digits in a flag or variable, leading zeros included. */
  readonly digits?: number;
}

/** Returns the kind of a whole number, which `ddsrv.json` has as a number. */
export function wholeNumber(range: WholeRange): Kind<number> {
  const { min, max, hint, placeholder = "count", digits = Infinity } = range;
  const parse = (text: string): number => {
    const value = parseWhole(text);
    // Infinity is out of bounds; NaN stays: it is not a number at all.
    return text.length > digits && value <= max ? Infinity : value;
  };
  return {
    ...bounded({ placeholder, parse, format: String }, { min, max }),
    write: (value) => value,
    schema: (zod) => zod.int().min(min, hint).max(max),
  };
}

/** Returns the kind of a TCP port; 0 lets the kernel choose one. */
export function port(min: 0 | 1 = 0): Kind<number> {
  return wholeNumber({ min, max: 65_535, placeholder: "port", digits: 5 });
}

/** Returns the kind of a whole number, which `ddsrv.json` may have as a text as well. */
export function count(range: Range): Kind<number> {
  const kind = bounded({ placeholder: "count", parse: parseWhole, format: String }, range);
  return {
    ...kind,
    write: (value) => value === Infinity ? range.none : value,
    schema: (zod) =>
      parsed(zod, zod.union([zod.string(), zod.int().transform(String)]), kind.parse),
  };
}

/** A number that is written as text with a unit. */
interface Unit {
  readonly placeholder: string;
  readonly parse: (text: string) => number;
  readonly format: (value: number) => string;
  readonly hint?: string | undefined;
}

function bounded(unit: Unit, { min = 0, max = Infinity, none }: Range): Kind<number> {
  const { placeholder, format, hint } = unit;
  return textKind({
    placeholder,
    hint,
    write: (value) => value === Infinity ? none : format(value),
    parse(text) {
      if (text === none) return Infinity;
      const value = unit.parse(text);
      if (value >= min && value <= max) return value;
      const most = max === Infinity
        ? `at least ${format(min)}`
        : `${format(min)} to ${format(max)}`;
      const orNone = none === undefined ? "" : `, or ${none}`;
      if (Number.isNaN(value)) {
        throw new SyntaxError(`"${text}" is not a whole number. Give ${most}${orNone}`);
      }
      throw new RangeError(`"${text}" is out of bounds. Give ${most}${orNone}`);
    },
  });
}

function parseWhole(text: string): number {
  return /^\d{1,15}$/.test(text) ? Number(text) : NaN;
}
