import { parseArgs } from "node:util";

/** Form of the output: tables to read, tables of Markdown, or one JSON document. */
export type Format = "text" | "markdown" | "json";

/** Parsed command line. */
export interface Arguments {
  /** Names of parts, in the order in which they run. */
  readonly parts: readonly string[];
  /** Names of proxies, in the order of the table. */
  readonly proxies: readonly string[];
  /** Numbers of connections, for parts that have several. */
  readonly connections: readonly number[];
  readonly rounds: number;
  /** Factor of the duration of all loads. */
  readonly scale: number;
  /** Directory of another checkout whose ddsrv is measured, too. */
  readonly beside: string | undefined;
  readonly format: Format;
}

/** Names that the command line accepts. */
export interface Choices {
  /** All parts; true for those that run if none is named. */
  readonly parts: Readonly<Record<string, boolean>>;
  /** All proxies; true for those that are measured if none is named. */
  readonly proxies: Readonly<Record<string, boolean>>;
}

const ROUNDS = 3;
const CONNECTIONS = "64,512,2048";

/** Returns the usage text. */
export function usage({ parts, proxies }: Choices): string {
  return `Usage: deno task bench:proxy [options] [part...]
  --rounds N           rounds of each load, ${ROUNDS} by default
  --connections N,...  connections of small and body, ${CONNECTIONS} by default
  --proxies NAME,...   ${chosen(proxies).join(",")} by default; also ${others(proxies)}
  --beside DIR         measure ddsrv of another checkout, too
  --scale N            multiply the duration of each load
  --markdown           print tables of Markdown
  --json               print one JSON document instead of tables
  parts                ${chosen(parts).join(" ")} by default; also ${others(parts)}`;
}

/**
 * Parses the arguments.
 *
 * @throws {TypeError} for an unknown option or name, or an invalid number
 */
export function parseArguments(args: readonly string[], choices: Choices): Arguments {
  const { values, positionals } = parseArgs({
    args: [...args],
    options: {
      rounds: { type: "string", default: String(ROUNDS) },
      connections: { type: "string", default: CONNECTIONS },
      proxies: { type: "string", default: chosen(choices.proxies).join() },
      beside: { type: "string" },
      scale: { type: "string", default: "1" },
      markdown: { type: "boolean", default: false },
      json: { type: "boolean", default: false },
    },
    allowPositionals: true,
  });
  const named = positionals.length === 0 ? chosen(choices.parts) : positionals;
  return {
    parts: known("part", named, choices.parts),
    proxies: known("proxy", values.proxies.split(","), choices.proxies),
    connections: values.connections.split(",").map((text) => positiveInteger("connections", text)),
    rounds: positiveInteger("rounds", values.rounds),
    scale: positive("scale", values.scale),
    beside: values.beside,
    format: values.json ? "json" : values.markdown ? "markdown" : "text",
  };
}

function chosen(names: Readonly<Record<string, boolean>>): string[] {
  return Object.keys(names).filter((name) => names[name]);
}

function others(names: Readonly<Record<string, boolean>>): string {
  return Object.keys(names).filter((name) => !names[name]).join(" ");
}

function known(
  kind: string,
  names: readonly string[],
  all: Readonly<Record<string, boolean>>,
): string[] {
  const unknown = names.find((name) => !Object.hasOwn(all, name));
  if (unknown !== undefined) {
    throw new TypeError(`Unknown ${kind} "${unknown}". Known: ${Object.keys(all).join(" ")}`);
  }
  return Object.keys(all).filter((name) => names.includes(name));
}

function positiveInteger(option: string, text: string): number {
  if (!/^[1-9]\d{0,3}$/.test(text)) {
    throw new TypeError(`--${option} takes whole numbers from 1 to 9999, not "${text}"`);
  }
  return Number(text);
}

function positive(option: string, text: string): number {
  if (!/^\d{1,2}(\.\d{1,2})?$/.test(text) || Number(text) === 0) {
    throw new TypeError(`--${option} takes a number from 0.01 to 99, not "${text}"`);
  }
  return Number(text);
}
