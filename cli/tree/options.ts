import { Option } from "@commander-js/extra-typings";
import { parseTtl } from "../../lib/config/ttl.ts";
import { argument } from "./argument.ts";
import { parseWait } from "./numbers.ts";
import { defaultPaths } from "../../lib/config/default_paths.ts";
import { describeDefault } from "../../lib/config/setting.ts";
import { SETTINGS } from "../../lib/config/settings.ts";

/** Facts that the help shows after an option's summary. */
export interface SettingHelp {
  /** Environment variables that set it too, as text. */
  readonly env?: string;
  /** Default value, as text. */
  readonly default?: string;
}

const variables = new WeakMap<object, string>();

/**
 * Creates an option whose environment variables and default are only shown in the help: the settings
 * are read from them later, not by Commander.
 */
export function setting<Flags extends string>(
  flags: Flags,
  purpose: string,
  { env, default: defaultText }: SettingHelp = {},
): Option<Flags> {
  const option = new Option(flags, purpose);
  if (env !== undefined) variables.set(option, env);
  if (defaultText !== undefined) option.defaultValueDescription = defaultText;
  return option;
}

/** Returns an option's help: its summary, then choices, environment variables and default. */
export function describeOption(option: Option): string {
  const env = environmentOf(option);
  const defaultText = defaultOf(option);
  const facts = [
    ...(option.argChoices === undefined ? [] : [`one of ${option.argChoices.join(", ")}`]),
    ...(env === undefined ? [] : [`env: ${env}`]),
    ...(defaultText === undefined ? [] : [`default: ${defaultText}`]),
  ];
  return facts.length === 0 ? option.description : `${option.description} (${facts.join("; ")})`;
}

/** Returns the environment variables that set an option too, as text. */
export function environmentOf(option: Option): string | undefined {
  return variables.get(option) ?? option.envVar;
}

/** Returns the default of an option as text; `undefined` if it has none or is a flag. */
export function defaultOf(option: Option): string | undefined {
  const { defaultValue, defaultValueDescription, negate } = option;
  if (defaultValueDescription !== undefined) return defaultValueDescription;
  if (defaultValue === undefined || negate || typeof defaultValue === "boolean") return undefined;
  return String(defaultValue);
}

/** `--socket`: the supervisor that a verb talks to. */
export const socketOption = new Option("--socket <path>", "connect to this control socket")
  .env("DDSRV_SOCKET")
  .default(
    defaultPaths(Deno.uid(), Deno.env.toObject()).socket,
    describeDefault(SETTINGS.socket),
  );

/** Creates `--timeout`, which gives milliseconds and defaults to 1 minute. */
export function waitOption(
  purpose: string,
): Option<"--timeout <duration>", undefined, number, number> {
  return new Option("--timeout <duration>", purpose).argParser(parseWait).default(60_000, "1m");
}

/** Creates `--ttl`, which gives milliseconds, or `null` for `none`. */
export function ttlOption(
  purpose: string,
): Option<"--ttl <time>", undefined, undefined, number | null> {
  return new Option("--ttl <time>", purpose).argParser(argument(parseTtl));
}

/** `--json`: output for programs. */
export const jsonOption = new Option("--json", "print JSON; ddsrv schema --output describes it");
