import { deepEqual, equal, match } from "node:assert/strict";
import { parseSourceReference } from "../../lib/config/source_reference.ts";
import { openSource, type Source, type SourceOptions } from "../../lib/source/source.ts";
import { eventually } from "../patience.ts";
import { archive, type Entry, pax } from "../function/tar/archive.ts";
import { type TemporaryDirectory, temporaryDirectory } from "../temporary_directory.ts";
import { sha256 } from "./pretend_registry.ts";
import { pretendServer } from "./pretend_server.ts";

interface Replica extends AsyncDisposable {
  readonly source: Source;
  readonly events: string[];
}

async function openReplica(
  url: string,
  place: TemporaryDirectory,
  options: Partial<SourceOptions> = {},
): Promise<Replica> {
  const source = await openSource({
    reference: parseSourceReference(url),
    functionsDirectory: place.at("functions"),
    intervalMs: 10,
    minPauseMs: 0,
    authFile: undefined,
    isolation: "none",
    ...options,
  });
  const events: string[] = [];
  return {
    source,
    events,
    [Symbol.asyncDispose]: () => source[Symbol.asyncDispose](),
  };
}

function start({ source, events }: Replica): void {
  source.start({
    onSwitch: ({ changed }) => events.push(`switch ${changed}`),
    onTaken: ({ removed }) => events.push(`taken ${removed}`),
    onProblem: (problem) => events.push(problem ?? "well"),
  });
}

function versionOf(...entries: readonly Entry[]): Uint8Array<ArrayBuffer> {
  return archive(...entries);
}

const FIRST = versionOf({ name: "a/index.ts", content: "1" }, { name: "b/index.ts", content: "1" });
const SECOND = versionOf({ name: "a/index.ts", content: "2" });
const HOSTILE = versionOf({ name: "a/x", type: "2", linkName: "/etc/passwd" });

Deno.test("openSource() keeps the last good version while newer ones are wrong or away", async () => {
  await using place = await temporaryDirectory();
  let [bytes, status] = [FIRST, 200];
  await using server = pretendServer((request) => {
    const etag = `"${sha256(bytes)}"`;
    if (status !== 200) return new Response("", { status });
    const isKnown = request.headers.get("if-none-match")?.includes(etag);
    return new Response(isKnown ? null : bytes, { status: isKnown ? 304 : 200, headers: { etag } });
  });
  const text = `${server.url}/f`;
  const read = (name: string): Promise<string> =>
    Deno.readTextFile(place.at(`functions/${name}/index.ts`));
  {
    await using replica = await openReplica(text, place);
    const { source, events } = replica;
    equal(source.state.digest, undefined);
    start(replica);
    await eventually("the first version", () => source.state.digest === `sha256:${sha256(FIRST)}`);
    equal(await read("b"), "1");
    equal(source.state.problem, undefined);

    bytes = HOSTILE;
    source.poll();
    await eventually("the hostile one is refused", () => source.state.problem !== undefined);
    match(source.state.problem!, /leads out of its function's folder/);
    equal(source.state.digest, `sha256:${sha256(FIRST)}`);
    equal(await read("a"), "1");
    const asked = server.asked.length;
    source.poll();
    await eventually("it is asked again", () => server.asked.length > asked);
    equal(events.filter((event) => event.includes("leads out")).length, 1);

    status = 503;
    source.poll();
    await eventually("the server is away", () => source.state.problem!.includes("503"));
  }
  {
    await using replica = await openReplica(text, place);
    const { source, events } = replica;
    // Before anything is asked.
    equal(source.state.digest, `sha256:${sha256(FIRST)}`);
    start(replica);
    await eventually("it is still away", () => source.state.problem !== undefined);
    equal(await read("a"), "1");
    [bytes, status] = [SECOND, 200];
    source.poll();
    await eventually("the second version", () => source.state.problem === undefined);
    equal(source.state.digest, `sha256:${sha256(SECOND)}`);
    deepEqual(
      await Array.fromAsync(Deno.readDir(place.at("functions"))).then((all) =>
        all.map(({ name }) => name).sort()
      ),
      [".ddsrv-source", "a"],
    );
    deepEqual(events.slice(-3), ["switch a", "taken b", "well"]);
  }
});

Deno.test("openSource() asks no more for a pinned version that it has", async () => {
  await using place = await temporaryDirectory();
  await using server = pretendServer(() => new Response(FIRST));
  const pinned = `${server.url}/f#sha256=${sha256(FIRST)}`;
  for (let starts = 0; starts < 2; starts++) {
    await using replica = await openReplica(pinned, place);
    start(replica);
    await eventually("it has it", () => replica.source.state.digest !== undefined);
    replica.source.poll();
  }
  equal(server.asked.length, 1);
  await using replica = await openReplica(`${server.url}/f#sha256=${sha256(SECOND)}`, place);
  start(replica);
  await eventually("it is refused", () => replica.source.state.problem !== undefined);
  match(replica.source.state.problem!, /wants sha256/);
  equal(replica.source.state.digest, `sha256:${sha256(FIRST)}`);
});

Deno.test("openSource() says that it can't read the auth file", async () => {
  await using place = await temporaryDirectory();
  await using replica = await openReplica("https://files.test/f", place, {
    authFile: place.at("none"),
  });
  start(replica);
  await eventually("it fails", () => replica.source.state.failures > 0);
  match(replica.source.state.problem!, /Cannot read the auth file/);
});

Deno.test("openSource() leaves nothing on the disk of a version that it refuses", async () => {
  await using place = await temporaryDirectory();
  await using server = pretendServer(() => new Response(HOSTILE));
  await using replica = await openReplica(`${server.url}/f`, place);
  start(replica);
  await eventually("it is refused", () => replica.source.state.problem !== undefined);
  deepEqual(await Array.fromAsync(Deno.readDir(place.at("functions/.ddsrv-source"))), []);
});

Deno.test("openSource() shows a short problem without control characters", async () => {
  await using place = await temporaryDirectory();
  const name = "\x1b]0;x\x07\x9b31m";
  const entries = [{ name: `f/${name}`, type: "Z" }];
  let bytes = versionOf(...entries);
  await using server = pretendServer(() => new Response(bytes));
  await using replica = await openReplica(`${server.url}/f`, place);
  const { source, events } = replica;
  start(replica);
  await eventually("it is refused", () => source.state.problem !== undefined);
  // deno-lint-ignore no-control-regex
  equal(/[\x00-\x1f\x7f-\x9f]/.test(source.state.problem!), false);
  bytes = versionOf(pax({ path: "f/".repeat(5_000) }), ...entries);
  await eventually("so is the next one", () => events.some((event) => event.includes("f/f/f/")));
  equal(source.state.problem!.length, 1_000);
});
