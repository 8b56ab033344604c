import type { Option } from "@commander-js/extra-typings";
import {
  formatLimit,
  LIMIT_OPTIONS,
  limitFlag,
  type LimitOption,
  limitVariable,
  parseLimit,
} from "../../lib/config/limit_options.ts";
import { defaultLimits } from "../../lib/config/limits.ts";
import { argument } from "./argument.ts";
import { setting } from "./options.ts";

/** The flag of each of the proxy's limits. */
export function limitFlags(): Option[] {
  return LIMIT_OPTIONS.map((option) => {
    return setting(`${limitFlag(option)} <${option.unit}>`, option.summary, {
      env: limitVariable(option),
      default: defaultOf(option),
    }).helpGroup("Limits:").argParser(argument((text) => parseLimit(option, text))) as Option;
  });
}

function defaultOf(option: LimitOption): string {
  const whole = LIMIT_OPTIONS.find(({ field }) => field === option.whole);
  if (whole !== undefined) return `a quarter of ${limitFlag(whole)}`;
  return formatLimit(option, defaultLimits[option.field]);
}
