/**
 * Returns true if an `Accept` value lists `text/html`, as browsers send it and most programs do not
 * (RFC 9110, section 12.5.1).
 *
 * @example
 * ```ts
 * import { acceptsHtml } from "./accept.ts";
 * acceptsHtml("text/html,application/xhtml+xml"); // true
 * acceptsHtml("*" + "/*"); // false
 * ```
 */
export function acceptsHtml(accept: string): boolean {
  return lists(accept, "text/html");
}

/** Returns true if an `Accept` value lists `application/json`. */
export function acceptsJson(accept: string): boolean {
  return lists(accept, "application/json");
}

function lists(accept: string, wanted: string): boolean {
  return accept.split(",").some((range) => {
    const [type = "", ...parameters] = range.split(";").map((part) => part.trim().toLowerCase());
    return type === wanted && !parameters.some((one) => /^q=0(?:\.0*)?$/.test(one));
  });
}
