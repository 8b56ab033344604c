import { type LogFormat, MAX_HEALTH_ATTEMPTS } from "./settings.ts";

/** A port in a variable. */
export function parsePort(text: string, lowest = 0): number {
  const port = Number(text);
  if (!/^\d{1,5}$/.test(text) || port < lowest || port > 65535) {
    throw new RangeError(`"${text}" is not a port. Give a number from ${lowest} to 65535`);
  }
  return port;
}

/** A number of attempts in a variable. */
export function parseHealthAttempts(text: string): number {
  const attempts = Number(text);
  if (/^\d{1,4}$/.test(text) && attempts <= MAX_HEALTH_ATTEMPTS) return attempts;
  throw new RangeError(
    `"${text}" is no number of attempts. Give a number from 0 to ${MAX_HEALTH_ATTEMPTS}`,
  );
}

/** A switch in a variable, as people write it. */
export function parseBoolean(text: string): boolean {
  switch (text.toLowerCase()) {
    case "true":
    case "1":
    case "yes":
      return true;
    case "false":
    case "0":
    case "no":
    case "":
      return false;
    default:
      throw new SyntaxError(`"${text}" is neither true nor false`);
  }
}

/** A format of log files in a variable. */
export function parseLogFormat(text: string): LogFormat {
  if (text === "cri" || text === "docker") return text;
  throw new SyntaxError(`"${text}" is not a log format. Choose cri or docker`);
}

/** What stands between commas in a variable. */
export function parseList(text: string): string[] {
  return text.split(",").map((one) => one.trim()).filter((one) => one !== "");
}
