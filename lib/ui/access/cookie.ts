import { PAGE_COOKIE } from "../../proxy/page_cookie.ts";
import { MAX_AGE_MS } from "./sessions.ts";

/**
 * Returns the name of the cookie. Cookies of a host are shared by all its ports, so that two pages
 * on one host need two names.
 */
export function cookieName(port: number): string {
  return `${PAGE_COOKIE}${port}`;
}

/**
 * Formats `Set-Cookie` (RFC 6265). Without `Path`, a browser sends the cookie only to the directory
 * of the page that sets it, behind whatever prefix a proxy adds. No function gets it: the function
 * of `--root` answers at this path too, and the proxy keeps the cookie from it.
 */
export function formatCookie(
  name: string,
  { value, isSecure }: { readonly value: string; readonly isSecure: boolean },
): string {
  const age = value === "" ? 0 : MAX_AGE_MS / 1000;
  return `${name}=${value}; Max-Age=${age}; HttpOnly; SameSite=Strict${isSecure ? "; Secure" : ""}`;
}

/** Returns a cookie's value; of two cookies of that name, the first one. */
export function readCookie(header: string | undefined, name: string): string | undefined {
  for (const pair of header?.split(";") ?? []) {
    const [key = "", value] = pair.split("=", 2);
    if (key.trim() === name) return value?.trim();
  }
  return undefined;
}
