import { deepEqual, equal, match, rejects } from "node:assert/strict";
import { parseSourceReference } from "../../lib/config/source_reference.ts";
import { download } from "../../lib/source/download.ts";
import { fetchArchive } from "../../lib/source/fetch_archive.ts";
import { fetchArtifact } from "../../lib/source/fetch_artifact.ts";
import { parseRetryAfter, send } from "../../lib/source/send.ts";
import { SourceError } from "../../lib/source/source_error.ts";
import type { Fetched, FetchOptions } from "../../lib/source/version.ts";
import { temporaryDirectory } from "../temporary_directory.ts";
import { answerRegistry, emptyRegistry, push, sha256 } from "./pretend_registry.ts";
import { pretendServer } from "./pretend_server.ts";

const never = new AbortController().signal;
const BYTES = new TextEncoder().encode("an archive");
const DIGEST = sha256(BYTES);

/** Fetches a source, and returns the result and the file. */
async function fetchFrom(
  text: string,
  options: Partial<FetchOptions> = {},
): Promise<Fetched & { readonly text: string }> {
  await using place = await temporaryDirectory();
  const reference = parseSourceReference(text);
  const all = {
    known: [],
    file: place.at("download"),
    authText: undefined,
    signal: never,
    ...options,
  };
  const fetched = reference.type === "archive"
    ? await fetchArchive(reference, all)
    : reference.type === "artifact"
    ? await fetchArtifact(reference, all)
    : undefined;
  return { ...fetched!, text: await Deno.readTextFile(all.file).catch(() => "") };
}

async function refusesWith(done: Promise<unknown>, message: RegExp): Promise<void> {
  await rejects(done, (error: unknown) => {
    equal(error instanceof SourceError, true, String(error));
    match((error as Error).message, message);
    return true;
  });
}

Deno.test("fetchArchive() downloads, verifies, and then asks for changes only", async () => {
  let etag = '"1"';
  await using server = pretendServer((request) =>
    request.headers.get("if-none-match")?.split(", ").includes(etag)
      ? new Response(null, { status: 304, headers: { etag } })
      : new Response(BYTES, { headers: { etag } })
  );
  const version = { digest: `sha256:${DIGEST}`, etag: '"1"' };
  const url = `${server.url}/f.tar.gz`;
  deepEqual(await fetchFrom(url), { type: "found", version, text: "an archive" });
  deepEqual(await fetchFrom(url, { known: [version] }), { type: "known", version, text: "" });
  const refused = { digest: "sha256:x", etag: '"2"' };
  etag = '"2"';
  const known = { known: [version, refused] };
  deepEqual(await fetchFrom(url, known), { type: "known", version: refused, text: "" });
  etag = '"3"';
  // The same bytes with another tag.
  equal((await fetchFrom(url, known)).type, "known");
  equal((await fetchFrom(`${url}#sha256=${DIGEST}`)).type, "found");
  const other = "0".repeat(64);
  await refusesWith(fetchFrom(`${url}#sha256=${other}`), new RegExp(`${DIGEST}.*wants.*${other}`));
});

Deno.test("fetchArchive() says what a status means, and how long to wait", async () => {
  let status = 404;
  await using server = pretendServer(() =>
    new Response("x", { status, headers: { "retry-after": "7" } })
  );
  await refusesWith(fetchFrom(`${server.url}/f?sig=secret`), /404: it does not exist/);
  status = 403;
  await refusesWith(fetchFrom(`${server.url}/f`), /403\. Give ddsrv a token/);
  status = 503;
  await rejects(fetchFrom(`${server.url}/f`), (error: SourceError) => error.retryAfterMs === 7_000);
});

Deno.test("parseRetryAfter() takes seconds, at most an hour", () => {
  equal(parseRetryAfter("5"), 5_000);
  equal(parseRetryAfter("999999999"), 3_600_000);
  for (const value of [null, "", "-1", "soon", "Wed, 21 Oct 2026 07:28:00 GMT"]) {
    equal(parseRetryAfter(value), undefined);
  }
});

Deno.test("send() sends the credential to the own origin only, and follows few redirects", async () => {
  await using other = pretendServer((_request, url) =>
    url.pathname === "/back"
      ? new Response(null, { status: 302, headers: { location: `${server.url}/end` } })
      : new Response(BYTES)
  );
  await using server = pretendServer((_request, url) => {
    const location = {
      "/here": "/end",
      "/there": `${other.url}/f`,
      "/there-and-back": `${other.url}/back`,
      "/loop": "/loop",
      "/ftp": "ftp://files.test/f",
      "/file": "file:///etc/passwd",
      "/tls": "https://files.test/f",
      "/away": "http://169.254.169.254/f",
      "/password": `http://a:b@${other.host}/f`,
    }[url.pathname];
    return location === undefined
      ? new Response(BYTES)
      : new Response(null, { status: 302, headers: { location } });
  });
  const ask = async (path: string): Promise<void> => {
    const response = await send(new URL(server.url + path), {
      authorization: "Bearer x",
      signal: never,
    });
    await response.body?.cancel();
  };
  await ask("/here");
  await ask("/there");
  await ask("/there-and-back");
  deepEqual(server.asked, [
    "GET /here Bearer x",
    "GET /end Bearer x",
    "GET /there Bearer x",
    "GET /there-and-back Bearer x",
    "GET /end",
  ]);
  deepEqual(other.asked, ["GET /f", "GET /back"]);
  await refusesWith(ask("/loop"), /more than 5 times/);
  for (const path of ["/ftp", "/file", "/tls"]) await refusesWith(ask(path), /another scheme/);
  await refusesWith(ask("/password"), /with a password/);
  await refusesWith(ask("/away"), /another machine, without TLS/);
});

Deno.test("send() gives up on a silent server, and its message has no secret", async () => {
  const open = Promise.withResolvers<Response>();
  await using server = pretendServer(() => open.promise);
  const url = new URL(`${server.url}/f?sig=secret`);
  await refusesWith(send(url, { signal: never, headTimeoutMs: 20 }), /^Cannot reach.*no answer in/);
  open.resolve(new Response());
  await server[Symbol.asyncDispose]();
  await rejects(send(url, { signal: never }), (error: SourceError) => {
    match(error.message, /^Cannot reach "127[^"]+": client error \(Connect\): /);
    return !error.message.includes("secret");
  });
});

Deno.test("download() ends a stream that is too large, too slow, or breaks off", async () => {
  await using place = await temporaryDirectory();
  const ask = (stream: ReadableStream<Uint8Array>, limits: object): Promise<unknown> =>
    download(stream, { file: place.at("f"), from: "files.test", signal: never, ...limits });
  const stream = (begin: (controller: ReadableStreamDefaultController) => void) =>
    new ReadableStream<Uint8Array>({
      start(controller) {
        controller.enqueue(BYTES);
        begin(controller);
      },
    });
  await refusesWith(ask(stream((it) => it.close()), { maxBytes: 9 }), /more than 9 bytes/);
  await refusesWith(ask(stream(() => {}), { idleMs: 20 }), /too slow/);
  await refusesWith(ask(stream((it) => it.error(new Error("x"))), {}), /broke off/);
  // It sends a byte now and then, for ever.
  const drip = new ReadableStream<Uint8Array>({
    pull: (controller) => controller.enqueue(new Uint8Array(1)),
  });
  await refusesWith(ask(drip, { windowMs: 1 }), /too slow/);
  const stop = new AbortController();
  const stopped = ask(stream(() => {}), { signal: stop.signal });
  stop.abort(new Error("ddsrv is stopping"));
  await rejects(stopped, /ddsrv is stopping/);
});

Deno.test("fetchArtifact() verifies manifest and archive, and asks for known ones no more", async () => {
  const content = emptyRegistry();
  const digest = push(content, "v1", BYTES);
  await using server = pretendServer((_request, url) =>
    answerRegistry(content, url) ?? new Response("", { status: 404 })
  );
  const name = `oci://${server.host}/team/functions`;
  const version = { digest: `sha256:${digest}` };
  deepEqual(await fetchFrom(`${name}:v1`), { type: "found", version, text: "an archive" });
  deepEqual(await fetchFrom(`${name}@sha256:${digest}`), {
    type: "found",
    version,
    text: "an archive",
  });
  server.asked.length = 0;
  const known = { known: [version] };
  deepEqual(await fetchFrom(`${name}:v1`, known), { type: "known", version, text: "" });
  deepEqual(server.asked, ["GET /v2/team/functions/manifests/v1"]);
  await refusesWith(fetchFrom(`${name}:v2`), /404/);

  content.blobs.set(DIGEST, new TextEncoder().encode("an evil  "));
  await refusesWith(fetchFrom(`${name}:v1`), /The archive has the digest/);
  content.blobs.set(DIGEST, new Uint8Array(1_000));
  await refusesWith(fetchFrom(`${name}:v1`), /more than 10 bytes/);
  content.manifests.set(`sha256:${digest}`, "{}");
  await refusesWith(fetchFrom(`${name}@sha256:${digest}`), /The manifest has the digest/);
});

Deno.test("fetchArtifact() follows an index", async () => {
  const content = emptyRegistry();
  const digest = push(content, "amd64", BYTES);
  const index = JSON.stringify({ schemaVersion: 2, manifests: [{ digest: `sha256:${digest}` }] });
  content.manifests.set("v1", index);
  await using server = pretendServer((_request, url) =>
    answerRegistry(content, url) ?? new Response("", { status: 404 })
  );
  const fetched = await fetchFrom(`oci://${server.host}/team/functions:v1`);
  deepEqual([fetched.version.digest, fetched.text], [`sha256:${sha256(index)}`, "an archive"]);
});

Deno.test("fetchArtifact() logs in with a token, and gives it to nobody else", async () => {
  const content = emptyRegistry();
  push(content, "v1", BYTES);
  await using store = pretendServer(() => new Response(BYTES));
  await using server = pretendServer((request, url) => {
    if (url.pathname === "/token") return Response.json({ token: "t0" });
    if (request.headers.get("authorization") !== "Bearer t0") {
      const realm = `Bearer realm="${server.url}/token",service="registry"`;
      return new Response("", { status: 401, headers: { "www-authenticate": realm } });
    }
    if (url.pathname.includes("/blobs/")) {
      return new Response(null, { status: 307, headers: { location: `${store.url}/blob` } });
    }
    return answerRegistry(content, url) ?? new Response("", { status: 404 });
  });
  const name = `oci://${server.host}/team/functions:v1`;
  const authText = "ann:secret";
  equal((await fetchFrom(name, { authText })).text, "an archive");
  deepEqual(server.asked.slice(0, 3), [
    "GET /v2/team/functions/manifests/v1",
    `GET /token Basic ${btoa(authText)}`,
    "GET /v2/team/functions/manifests/v1 Bearer t0",
  ]);
  deepEqual(store.asked, ["GET /blob"]);
});

Deno.test("fetchArtifact() asks no other service for a token", async () => {
  await using other = pretendServer(() => Response.json({ token: "t0" }));
  await using server = pretendServer(() =>
    new Response("", {
      status: 401,
      headers: { "www-authenticate": `Bearer realm="${other.url}/token"` },
    })
  );
  const name = `oci://${server.host}/team/functions:v1`;
  await refusesWith(fetchFrom(name, { authText: "ann:secret" }), /another host/);
  deepEqual(other.asked, []);
  // The operator's file names it.
  const auths = { [other.host]: { auth: btoa("bob:word") } };
  await refusesWith(fetchFrom(name, { authText: JSON.stringify({ auths }) }), /401/);
  deepEqual(other.asked, [`GET /token Basic ${btoa("bob:word")}`]);
});
