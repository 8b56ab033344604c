import { decodeMessage, encodeMessage, type ProtobufField } from "./protobuf.ts";
import { encodeKey } from "./kv_key.ts";

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
}

/** Time for each request. */
const TIMEOUT_MS = 5_000;

const PROTOCOL_VERSION = 3;

/** More than an answer with one small value needs. */
const MAX_ANSWER_BYTES = 256 * 1024;

/** Values of SnapshotReadStatus, AtomicWriteStatus, MutationType and ValueEncoding. */
const READ_SUCCESS = 1;
const WRITE_SUCCESS = 1;
const WRITE_CHECK_FAILURE = 2;
const MUTATION_SET = 1;
const ENCODING_BYTES = 3;

/**
 * Returns a store that speaks KV Connect, the protocol of `Deno.openKv(URL)`. It asks for the
 * metadata before each operation: it is called a few times a minute at most. Source: denokv,
 * proto/kv-connect.md and proto/schema/datapath.proto.
 */
export function openKvStore(options: KvStoreOptions): KvStore {
  return {
    async get(key) {
      const start = encodeKey(key);
      const range = encodeMessage([[1, start], [2, Uint8Array.of(...start, 0)], [3, 1]]);
      const output = decodeMessage(
        await call(options, "snapshot_read", encodeMessage([[1, range]])),
      );
      if (numberOf(output, 8) !== READ_SUCCESS || numberOf(output, 4) !== 1) {
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
      const write = encodeMessage([[1, encodeMessage([[1, bytes], [2, version]])], [2, mutation]]);
      const status = numberOf(decodeMessage(await call(options, "atomic_write", write)), 1);
      if (status === WRITE_SUCCESS) return true;
      if (status === WRITE_CHECK_FAILURE) return false;
      throw new Error("The server can't write its data now");
    },
  };
}

/** Answer of the metadata exchange, as far as it is needed. */
interface Metadata {
  readonly version: number;
  readonly databaseId: string;
  readonly endpoints: readonly { readonly url: string; readonly consistency: string }[];
  readonly token: string;
}

async function call(
  { url, readToken, fetch = globalThis.fetch }: KvStoreOptions,
  ...[operation, message]: readonly [operation: string, message: Uint8Array<ArrayBuffer>]
): Promise<Uint8Array> {
  const signal = AbortSignal.timeout(TIMEOUT_MS);
  const base = new URL(url);
  const accessToken = await readToken();
  // A redirect would send the token to another server.
  const init = { method: "POST", signal, redirect: "error" } as const;
  const metadata = parseMetadata(
    await bodyOf(
      await fetch(base, {
        ...init,
        headers: {
          "content-type": "application/json",
          ...accessToken === undefined ? {} : { authorization: `Bearer ${accessToken}` },
        },
        body: JSON.stringify({ supportedVersions: [PROTOCOL_VERSION] }),
      }),
    ),
  );
  const endpoint = metadata.endpoints.find(({ consistency }) => consistency === "strong")!;
  return await bodyOf(
    await fetch(new URL(`${endpoint.url.replace(/\/$/, "")}/${operation}`, base), {
      ...init,
      headers: {
        "content-type": "application/x-protobuf",
        "authorization": `Bearer ${metadata.token}`,
        "x-denokv-version": `${PROTOCOL_VERSION}`,
        "x-denokv-database-id": metadata.databaseId,
      },
      body: message,
    }),
  );
}

/** Reads a body; throws if the status is not 200 or the body is too large. */
async function bodyOf(response: Response): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of response.body ?? []) {
    length += chunk.length;
    if (length > MAX_ANSWER_BYTES) throw new RangeError("The answer of the server is too long");
    chunks.push(chunk);
  }
  if (response.status !== 200) throw new Error(`The server answered with ${response.status}`);
  return new Uint8Array(await new Blob(chunks as BlobPart[]).arrayBuffer());
}

function parseMetadata(body: Uint8Array): Metadata {
  const metadata = JSON.parse(new TextDecoder().decode(body)) as Partial<Metadata> | null;
  const isKnown = metadata?.version === PROTOCOL_VERSION && Array.isArray(metadata.endpoints) &&
    [metadata.databaseId, metadata.token].every((text) => typeof text === "string") &&
    metadata.endpoints.some((one) => one?.consistency === "strong" && typeof one.url === "string");
  if (!isKnown) throw new SyntaxError("The server does not speak version 3 of KV Connect");
  return metadata as Metadata;
}

function bytesOf(fields: readonly ProtobufField[], number: number): Uint8Array | undefined {
  const value = fields.find(([key]) => key === number)?.[1];
  return typeof value === "object" ? value : undefined;
}

function numberOf(fields: readonly ProtobufField[], number: number): number {
  const value = fields.find(([key]) => key === number)?.[1];
  return typeof value === "number" ? value : 0;
}
