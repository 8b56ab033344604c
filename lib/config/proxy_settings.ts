import { boolean, list, listOrOne, path } from "./kinds.ts";
import { optional, textKind } from "./kind.ts";
import { checkedCidr, parseDomain } from "./network_address.ts";
import { formatRateLimit, parseRateLimit } from "./rate_limit.ts";
import { type Entries, literal } from "./setting.ts";

/** Settings of the proxy, without its limits. */
export const PROXY_SETTINGS = {
  domains: {
    name: "domain",
    setBy: ["key", "flag"],
    variables: ["DDSRV_DOMAIN"],
    kind: listOrOne(
      textKind({ placeholder: "domain", parse: parseDomain, write: (domain) => domain }),
    ),
    default: [],
    summary: "also serve each function at NAME.DOMAIN",
    live: true,
  },
  keepPrefix: {
    name: "keepPrefix",
    setBy: ["key"],
    variables: [],
    kind: boolean,
    default: false,
    summary: "keep the prefix /NAME in the requests that functions get",
    live: true,
    manifest: "replaces",
  },
  rateLimit: {
    name: "rateLimit",
    setBy: ["key", "flag"],
    variables: ["DDSRV_RATE_LIMIT"],
    kind: textKind({ placeholder: "rate", parse: parseRateLimit, write: formatRateLimit }),
    default: literal("none"),
    summary: "rate limit of each client, such as 100/s (429)",
    details:
      "Write `100/s`, `600/m`, `100/s burst 200` or `none`. A client is an IPv4 address or an " +
      "IPv6 /64. A manifest sets a further limit, for requests to that function alone.",
    live: true,
    manifest: "separate",
  },
  trustedProxies: {
    name: "trustedProxies",
    setBy: ["key", "flag"],
    variables: ["DDSRV_TRUSTED_PROXIES"],
    kind: list(textKind({ placeholder: "cidr", parse: checkedCidr, write: (cidr) => cidr })),
    default: [],
    summary: "peers whose X-Forwarded-* headers to trust, as address or CIDR",
    live: true,
  },
  hideErrors: {
    name: "hideErrors",
    setBy: ["key", "flag"],
    variables: ["DDSRV_HIDE_ERRORS"],
    kind: boolean,
    default: false,
    summary: "do not show the details of errors to clients",
    live: true,
  },
  compatReload: {
    name: "compatReload",
    setBy: ["key", "flag"],
    variables: ["DDSRV_COMPAT_RELOAD"],
    kind: boolean,
    default: false,
    summary: "let every client reload a function with POST /NAME/reload",
    details: "dynamic-deno-server does so. Otherwise the function gets the request.",
    live: false,
  },
  tlsCert: {
    name: "tlsCert",
    setBy: ["key", "flag"],
    variables: ["DDSRV_TLS_CERT"],
    kind: optional(path),
    default: undefined,
    summary: "serve TLS with this certificate chain (PEM)",
    live: false,
  },
  tlsKey: {
    name: "tlsKey",
    setBy: ["key", "flag"],
    variables: ["DDSRV_TLS_KEY"],
    kind: optional(path),
    default: undefined,
    summary: "private key of the certificate (PEM)",
    live: false,
  },
} satisfies Entries;
