import { Option } from "@commander-js/extra-typings";
import { parseWait } from "./numbers.ts";
import { defaultPaths } from "../../lib/config/default_paths.ts";
import { describeDefault } from "../../lib/config/setting.ts";
import { SETTINGS } from "../../lib/config/settings.ts";

/** What a setting's help says beside its purpose. */
export interface SettingHelp {
  /** Variables of the environment that set it too. */
  readonly env?: string;
  /** What holds when nobody says anything. */
  readonly default?: string;
}

const variables = new WeakMap<object, string>();

/**
 * An option whose variables and default are not the command line's own to read: they come with the
 * rest of the settings, and the help tells of them.
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

/** An option's purpose, then its choices, its variables and its default. */
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

/** The variables that set an option too, in words. */
export function environmentOf(option: Option): string | undefined {
  return variables.get(option) ?? option.envVar;
}

/** What holds where an option is not given, in words. */
export function defaultOf(option: Option): string | undefined {
  const { defaultValue, defaultValueDescription, negate } = option;
  if (defaultValueDescription !== undefined) return defaultValueDescription;
  if (defaultValue === undefined || negate || typeof defaultValue === "boolean") return undefined;
  return String(defaultValue);
}

/** The supervisor that a verb talks to. */
export const socketOption = new Option("--socket <path>", "the supervisor's control socket")
  .env("DDSRV_SOCKET")
  .default(
    defaultPaths(Deno.uid(), Deno.env.toObject()).socket,
    describeDefault(SETTINGS.socket),
  );

/** How long a verb waits, in milliseconds; `purpose` says what for. */
export function waitOption(
  purpose: string,
): Option<"--timeout <duration>", undefined, number, number> {
  return new Option("--timeout <duration>", purpose).argParser(parseWait).default(60_000, "1m");
}

/** For programs. */
export const jsonOption = new Option("--json", "print JSON, in the shape that ddsrv schema tells");
