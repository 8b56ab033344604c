import { decodeMessage, encodeMessage, type ProtobufField } from "./protobuf.ts";
import { encodeKey } from "./kv_key.ts";
import {
  createMetadataCache,
  type Metadata,
  type MetadataCache,
  PROTOCOL_VERSION,
} from "./metadata.ts";
import { type KvAnswer, readAnswer, requireOk } from "./read_answer.ts";

/** A value and its version; `undefined` as its bytes if the key does not exist. */
export interface VersionedValue {
  readonly value: Uint8Array | undefined;
  /** 10 bytes; none if the key does not exist. */
  readonly version: Uint8Array;
}

/** A key-value store that several hosts share. Each call rejects if there is no answer in time. */
export interface KvStore {
  readonly get: (key: readonly string[]) => Promise<VersionedValue>;
  /** Sets a value if nobody changed it since the version. Resolves with false if somebody did. */
  readonly replace: (key: readonly string[], change: KvChange) => Promise<boolean>;
}

/** A change of a value. */
export interface KvChange {
  readonly version: Uint8Array;
  readonly value: Uint8Array;
  /** When the server may delete it, in milliseconds since 1970 by its clock. */
  readonly expiresAtMs: number;
}

/** Options of {@linkcode openKvStore}. */
export interface KvStoreOptions {
  /** Where the metadata exchange is. */
  readonly url: string;
  /** Returns the access token of the server, if it needs one. */
  readonly readToken: () => Promise<string | undefined>;
  readonly fetch?: (url: URL, init: RequestInit) => Promise<Response>;
  /** Time in milliseconds since 1970. */
  readonly now?: () => number;
}

/** The connection of a store with its server, for all operations. */
interface Connection extends Pick<KvStoreOptions, "readToken"> {
  readonly cache: MetadataCache;
  readonly fetch: (url: URL, init: RequestInit) => Promise<Response>;
}

/** Time for each request. */
const TIMEOUT_MS = 5_000;

/** Values of SnapshotReadStatus, AtomicWriteStatus, MutationType and ValueEncoding. */
const READ_SUCCESS = 1;
const WRITE_SUCCESS = 1;
const WRITE_CHECK_FAILURE = 2;
const MUTATION_SET = 1;
const ENCODING_BYTES = 3;

/**
 * Returns a store that speaks KV Connect, the protocol of `Deno.openKv(URL)`. It keeps the metadata
 * of the server until it expires or the server refuses it. Source: denokv, proto/kv-connect.md and
 * proto/schema/datapath.proto.
 */
export function openKvStore(options: KvStoreOptions): KvStore {
  const { fetch = globalThis.fetch, now = Date.now } = options;
  const cache = createMetadataCache({ url: options.url, fetch, now });
  const connection = { readToken: options.readToken, cache, fetch };
  return {
    async get(key) {
      const start = encodeKey(key);
      const range = encodeMessage([[1, start], [2, Uint8Array.of(...start, 0)], [3, 1]]);
      const message = encodeMessage([[1, range]]);
      const output = decodeMessage(await call(connection, { name: "snapshot_read", message }));
      if (numberOf(output, 8) !== READ_SUCCESS || numberOf(output, 4) !== 1) {
        // Other endpoints may read.
        cache.drop();
        throw new Error("The server can't read its data now");
      }
      const entry = bytesOf(decodeMessage(bytesOf(output, 1) ?? new Uint8Array()), 1);
      if (entry === undefined) return { value: undefined, version: new Uint8Array() };
      const fields = decodeMessage(entry);
      return {
        value: bytesOf(fields, 2) ?? new Uint8Array(),
        version: bytesOf(fields, 4) ?? new Uint8Array(),
      };
    },
    async replace(key, { version, value, expiresAtMs }) {
      const bytes = encodeKey(key);
      const mutation = encodeMessage([
        [1, bytes],
        [2, encodeMessage([[1, value], [2, ENCODING_BYTES]])],
        [3, MUTATION_SET],
        [4, expiresAtMs],
      ]);
      const check = encodeMessage([[1, bytes], [2, version]]);
      const message = encodeMessage([[1, check], [2, mutation]]);
      const output = decodeMessage(await call(connection, { name: "atomic_write", message }));
      const status = numberOf(output, 1);
      if (status === WRITE_SUCCESS) return true;
      if (status === WRITE_CHECK_FAILURE) return false;
      cache.drop();
      throw new Error("The server can't write its data now");
    },
  };
}

/** An operation of the data path. */
interface Operation {
  readonly name: "snapshot_read" | "atomic_write";
  readonly message: Uint8Array<ArrayBuffer>;
}

/**
 * Sends an operation. If the server refuses kept metadata, sends it again with new metadata; a read
 * also if the server fails, because it may have moved. A write that failed may have been made.
 */
async function call(connection: Connection, operation: Operation): Promise<Uint8Array> {
  const { cache, readToken } = connection;
  const signal = AbortSignal.timeout(TIMEOUT_MS);
  const accessToken = await readToken();
  for (let isRetry = false;; isRetry = true) {
    const { metadata, isCached } = await cache.get(accessToken, signal);
    const mayRetry = isCached && !isRetry;
    const mayRepeat = mayRetry && operation.name === "snapshot_read";
    const answer = await send(connection, { operation, metadata, signal }).catch((error) => {
      cache.drop();
      if (!mayRepeat) throw error;
      return undefined;
    });
    if (answer === undefined) continue;
    const isRefused = answer.status === 401 || answer.status === 403;
    const isFailure = answer.status >= 500;
    if (isRefused || isFailure) cache.drop();
    if (mayRetry && isRefused || mayRepeat && isFailure) continue;
    return requireOk(answer);
  }
}

async function send(
  { fetch }: Connection,
  { operation: { name, message }, metadata, signal }: {
    readonly operation: Operation;
    readonly metadata: Metadata;
    readonly signal: AbortSignal;
  },
): Promise<KvAnswer> {
  const response = await fetch(new URL(`${metadata.endpoint}/${name}`), {
    method: "POST",
    signal,
    // A redirect would send the token to another server.
    redirect: "error",
    headers: {
      "content-type": "application/x-protobuf",
      "authorization": `Bearer ${metadata.token}`,
      "x-denokv-version": `${PROTOCOL_VERSION}`,
      "x-denokv-database-id": metadata.databaseId,
    },
    body: message,
  });
  return await readAnswer(response);
}

function bytesOf(fields: readonly ProtobufField[], number: number): Uint8Array | undefined {
  const value = fields.find(([key]) => key === number)?.[1];
  return typeof value === "object" ? value : undefined;
}

function numberOf(fields: readonly ProtobufField[], number: number): number {
  const value = fields.find(([key]) => key === number)?.[1];
  return typeof value === "number" ? value : 0;
}
