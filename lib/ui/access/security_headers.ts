/**
 * Fields of every response of the page. The policy allows files of the page alone: no code, style or
 * frame of others, and no inline ones. With `no-referrer`, browsers would send `Origin: null` with
 * the page's own forms (Fetch, "append a request Origin header"); `same-origin` tells other sites as
 * little.
 */
export const SECURITY_HEADERS: Readonly<Record<string, string>> = {
  "content-security-policy": [
    "default-src 'none'",
    ...["style-src", "script-src", "connect-src"].map((kind) => `${kind} 'self'`),
    "img-src 'self' data:",
    "form-action 'self'",
    "frame-ancestors 'none'",
    "base-uri 'none'",
  ].join("; "),
  "x-content-type-options": "nosniff",
  "referrer-policy": "same-origin",
  "cache-control": "no-store",
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
  "x-frame-options": "DENY",
};
