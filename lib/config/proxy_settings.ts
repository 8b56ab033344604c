import { boolean, choice, list, listOrOne, path, patterned, text } from "./kinds.ts";
import { INDEX_AUDIENCES } from "./index_audience.ts";
import { optional, textKind } from "./kind.ts";
import { hostPatterns } from "./policy_kinds.ts";
import { checkedCidr, parseDomain } from "./network_address.ts";
import { formatRateLimit, parseRateLimit } from "./rate_limit.ts";
import { type Entries, literal } from "./table.ts";

/** Settings of the proxy, without its limits. */
export const PROXY_SETTINGS = {
  domains: {
    name: "domain",
    kind: listOrOne(
      text("domain", parseDomain),
    ),
    default: [],
    summary: "also serve each function at NAME.DOMAIN",
  },
  ownDomains: {
    name: "domains",
    setBy: "key",
    variables: [],
    kind: hostPatterns,
    default: [],
    summary: "hosts that functions may have, such as *.example.org",
    details: 'A manifest names the hosts that its function has, without patterns: `"domains": ' +
      '["shop.example.org"]`. The function gets all requests for them, with the whole path.',
    manifest: "subset",
  },
  root: {
    name: "root",
    kind: optional(patterned({
      placeholder: "name",
      // The rules of lib/function/name.ts, as far as they prevent mistakes.
      pattern: /^[^./_\0][^/\0]*$/,
      maxLength: 63,
      hint: "Give the name of a function, such as www",
    })),
    default: undefined,
    summary: "function that also answers at / and for unknown names",
    details:
      "It gets every request whose first path segment is no function, with the whole path, at the " +
      "plain host and at the domain of `--domain` itself. `/NAME` still reaches the function NAME.",
  },
  index: {
    name: "index",
    kind: choice(INDEX_AUDIENCES, "who"),
    default: literal("local"),
    summary: "who gets a list of functions at /: off, local or all",
    details:
      "`local` means programs of this host, over loopback and not through a proxy. Who gets the list " +
      "also reads `Did you mean` in a 404. A function at `/` comes before the list.",
  },
  keepPrefix: {
    name: "keepPrefix",
    setBy: "key",
    variables: [],
    kind: boolean,
    default: false,
    summary: "keep the prefix /NAME in the requests that functions get",
    manifest: "replaces",
  },
  rateLimit: {
    name: "rateLimit",
    kind: textKind({ placeholder: "rate", parse: parseRateLimit, write: formatRateLimit }),
    default: literal("none"),
    summary: "rate limit of each client, such as 100/s (429)",
    details:
      "Write `100/s`, `600/m`, `100/s burst 200` or `none`. A client is an IPv4 address or an " +
      "IPv6 /64. A manifest sets a further limit, for requests to that function alone.",
    manifest: "separate",
  },
  trustedProxies: {
    name: "trustedProxies",
    kind: list(text("cidr", checkedCidr)),
    default: [],
    summary: "peers whose X-Forwarded-* headers to trust, as address or CIDR",
  },
  hideErrors: {
    name: "hideErrors",
    kind: boolean,
    default: false,
    summary: "do not show the details of errors to clients",
  },
  via: {
    name: "via",
    kind: boolean,
    default: true,
    summary: "add a Via field to forwarded requests and responses",
  },
  compatReload: {
    name: "compatReload",
    kind: boolean,
    default: false,
    summary: "let every client reload a function with POST /NAME/reload",
    details: "dynamic-deno-server does so. Otherwise the function gets the request.",
    needsRestart: true,
  },
  compatHealthcheck: {
    name: "compatHealthcheck",
    kind: boolean,
    default: false,
    defaultText: "false; true with variables of dynamic-deno-server",
    summary: "answer x-graphand-healthcheck: true with 200 OK",
    details: "dynamic-deno-server does so, for every URL of a function that is ready. Variables " +
      "such as `FUNC_DIRECTORY`, `SERVICE_PORT` or `ENV_JSON` switch it on; `PORT` alone does not.",
  },
  tlsCert: {
    name: "tlsCert",
    kind: optional(path),
    default: undefined,
    summary: "serve TLS with this certificate chain (PEM)",
    needsRestart: true,
  },
  tlsKey: {
    name: "tlsKey",
    kind: optional(path),
    default: undefined,
    summary: "private key of the certificate (PEM)",
    needsRestart: true,
  },
  certificates: {
    name: "certificates",
    kind: optional(path),
    default: undefined,
    summary: "serve TLS with the certificates in this directory, by host",
    details:
      "It has `HOST.crt` and `HOST.key`, `HOST.pem`, or certbot's `HOST/fullchain.pem` and " +
      "`HOST/privkey.pem`. Clients that name no such host get the certificate of `--tls-cert`; " +
      "without one, they are refused.",
    needsRestart: true,
  },
  http2: {
    name: "http2",
    kind: boolean,
    default: false,
    summary: "offer HTTP/2 to clients, besides HTTP/1.1; needs TLS",
    needsRestart: true,
  },
} satisfies Entries;
