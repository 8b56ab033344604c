import { deepEqual, equal } from "node:assert/strict";
import { createHmac } from "node:crypto";
import type { SourceReport } from "../../lib/control/api.ts";
import { describeSource } from "../../lib/control/describe_source.ts";
import { formatMetrics } from "../../lib/control/exposition.ts";
import { reportSource } from "../../lib/control/report_source.ts";
import { sourceMetrics } from "../../lib/control/source_metrics.ts";
import { answerWebhook } from "../../lib/control/source_webhook.ts";
import { streamOf } from "../function/tar/archive.ts";

const NEW: SourceReport = {
  reference: "https://files.test/f",
  digest: null,
  takenAt: null,
  checkedAt: null,
  failures: 0,
  problem: null,
};
const SERVED: SourceReport = {
  ...NEW,
  digest: "sha256:abc",
  takenAt: "2026-01-01T00:00:00.000Z",
  checkedAt: "2026-01-02T00:00:00.000Z",
  failures: 3,
};

Deno.test("reportSource() has null for what is not known", () => {
  const { reference, failures } = NEW;
  const nothing = {
    digest: undefined,
    takenAtMs: undefined,
    checkedAtMs: undefined,
    problem: undefined,
  };
  deepEqual(reportSource({ reference, failures, ...nothing }), NEW);
  deepEqual(
    reportSource({
      reference,
      digest: "sha256:abc",
      takenAtMs: Date.parse(SERVED.takenAt!),
      checkedAtMs: Date.parse(SERVED.checkedAt!),
      failures: 3,
      problem: undefined,
    }),
    SERVED,
  );
});

Deno.test("describeSource() says since when a version is stale", () => {
  const rows: readonly (readonly [SourceReport, string])[] = [
    [NEW, "no version yet"],
    [{ ...NEW, problem: "away" }, "no version yet: away"],
    [SERVED, "sha256:abc since 2026-01-01T00:00:00.000Z"],
    [
      { ...SERVED, problem: "away" },
      "sha256:abc since 2026-01-01T00:00:00.000Z, stale since 2026-01-02T00:00:00.000Z: away",
    ],
    [
      { ...SERVED, checkedAt: null, problem: "away" },
      "sha256:abc since 2026-01-01T00:00:00.000Z, stale since 2026-01-01T00:00:00.000Z: away",
    ],
  ];
  for (const [report, text] of rows) equal(describeSource(report), text);
});

Deno.test("sourceMetrics() tells the digest, the last success and failures", () => {
  deepEqual(sourceMetrics(null), []);
  deepEqual(
    formatMetrics(sourceMetrics(SERVED)).split("\n").filter((line) => /^d/.test(line)),
    [
      'ddsrv_source_info{source="https://files.test/f",digest="sha256:abc"} 1',
      "ddsrv_source_last_success_timestamp_seconds 1767312000",
      "ddsrv_source_failures_total 3",
    ],
  );
  deepEqual(
    formatMetrics(sourceMetrics(NEW)).split("\n").filter((line) => /^d/.test(line)),
    ["ddsrv_source_failures_total 0"],
  );
});

Deno.test("answerWebhook() asks the source for a signed request only", async () => {
  const secret = "0123456789abcdef";
  const body = new TextEncoder().encode("{}");
  const signature = `sha256=${createHmac("sha256", secret).update(body).digest("hex")}`;
  const said: string[] = [];
  const ask = async (
    { given = signature, bytes = body, text = secret }: {
      readonly given?: string | null;
      readonly bytes?: Uint8Array<ArrayBuffer>;
      readonly text?: string;
    },
  ): Promise<number> => {
    const header = (name: string): string | undefined =>
      name === "x-hub-signature-256" ? given ?? undefined : undefined;
    const { status } = await answerWebhook({ header, body: streamOf(bytes) }, {
      readSecret: () => Promise.resolve(text),
      poll: () => said.push("poll"),
      onWarning: (message) => said.push(message),
    });
    return status;
  };
  equal(await ask({}), 202);
  deepEqual(said.splice(0), ["poll"]);
  equal(await ask({ given: null }), 401);
  equal(await ask({ given: "sha256=00" }), 401);
  equal(await ask({ bytes: new TextEncoder().encode("{ }") }), 401);
  equal(await ask({ bytes: new Uint8Array(8 * 1024 * 1024 + 1) }), 413);
  deepEqual(said, []);
  equal(await ask({ text: "short" }), 503);
  equal(said.length, 1);
});
