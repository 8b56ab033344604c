import { formatBandwidth, parseBandwidth } from "./bandwidth.ts";
import { ip, list } from "./kinds.ts";
import { type Kind, textKind } from "./kind.ts";
import { size, wholeNumber } from "./number_kinds.ts";
import { defaultPermissions } from "./permissions.ts";
import { egress, permissions, refuseText, writableNames } from "./policy_kinds.ts";
import { type Entries, literal } from "./table.ts";

/** Deno alone takes this much memory. */
const MIN_MEMORY_BYTES = 64 * 1024 ** 2;

/** Deno has up to this many threads without any code of a function. */
const MIN_PROCESSES = 64;

/** The tables of an ext4 file system take this much. */
const MIN_DATA_BYTES = 16 * 1024 ** 2;

/** Maximum size of ext4 with blocks of 4 KiB that 32 bits count. */
const MAX_DATA_BYTES = 16 * 1024 ** 4;

const cores: Kind<number> = {
  placeholder: "cores",
  parse: refuseText,
  // JSON has no Infinity, which stands for no limit.
  write: (value) => value === Infinity ? undefined : value,
  schema: (zod) => zod.number().min(0.01, "Give a number of cores, at least 0.01").max(4_096),
};

/** Settings of what functions may use and reach. */
export const RESOURCE_SETTINGS = {
  egress: {
    name: "egress",
    variables: [],
    kind: egress,
    default: literal("internet"),
    summary: "what functions may connect to: none, internet, full or a list",
    details:
      "`internet` excludes private networks; `full` includes them. A list has destinations such " +
      "as `db.example.com:5432`, `10.0.0.0/8` or `[2001:db8::1]:443`. With `full`, checks may fetch modules from private " +
      "networks too, after a restart.",
    manifest: "subset",
  },
  permissions: {
    name: "permissions",
    setBy: "key",
    variables: [],
    kind: permissions,
    default: defaultPermissions,
    summary: 'maximum permissions of Deno that functions get, or "all"',
    manifest: "subset",
  },
  writable: {
    name: "writable",
    setBy: "manifest",
    kind: writableNames,
    default: [],
    summary: "names in its folder that a function may write, such as uploads",
    details: "They are in the function's data, which reloads and restarts keep. At first, ddsrv " +
      "copies what the folder has there. A name with a dot, such as `app.db`, is a file, and one " +
      "without, or with `/` at its end, a directory, unless the folder has it.",
    manifest: "replaces",
  },
  dns: {
    name: "dns",
    variables: [],
    kind: list(ip),
    default: [],
    defaultText: "the host's resolvers",
    summary: "DNS resolvers of functions",
    needsRestart: true,
  },
  memoryBytes: {
    name: "memory",
    setBy: "key",
    variables: [],
    kind: size({ min: MIN_MEMORY_BYTES }),
    default: 1024 ** 3,
    summary: "maximum memory of an instance, including swap",
    manifest: "smaller",
  },
  cpu: {
    name: "cpu",
    setBy: "key",
    variables: [],
    kind: cores,
    default: Infinity,
    defaultText: "no limit",
    summary: "maximum number of cores of an instance, such as 0.5",
    manifest: "smaller",
  },
  processes: {
    name: "processes",
    setBy: "key",
    variables: [],
    kind: wholeNumber({
      min: MIN_PROCESSES,
      max: 4_194_304,
      hint: `Give at least ${MIN_PROCESSES}: threads count, and Deno has many`,
    }),
    default: 512,
    summary: "maximum number of processes and threads of an instance",
    manifest: "smaller",
  },
  dataBytes: {
    name: "dataSize",
    setBy: "key",
    variables: [],
    kind: size({ min: MIN_DATA_BYTES, max: MAX_DATA_BYTES }),
    default: 1024 ** 3,
    summary: "maximum size of a function's data directory",
    manifest: "smaller",
  },
  dataFiles: {
    name: "dataFiles",
    setBy: "key",
    variables: [],
    kind: wholeNumber({ min: 64, max: 2 ** 32 - 1, hint: "Give at least 64" }),
    default: 65_536,
    summary: "maximum number of files in a function's data directory",
    details: "Directories and links count as well.",
    manifest: "smaller",
  },
  bandwidthBits: {
    name: "bandwidth",
    setBy: "key",
    variables: [],
    kind: textKind({ placeholder: "bandwidth", parse: parseBandwidth, write: formatBandwidth }),
    default: Infinity,
    summary: "maximum bandwidth of an instance in each direction, or none",
    details: "Write `50mbit`. Requests and responses through the proxy count as well.",
    manifest: "smaller",
  },
} satisfies Entries;
