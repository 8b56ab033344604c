import assert from "node:assert/strict";
import { readYaml } from "./files.ts";

/** The fields of a workflow that these tests read. */
interface Workflow {
  readonly permissions: Readonly<Record<string, string>>;
  readonly jobs: Readonly<Record<string, Job>>;
}

/** A job has steps, or calls another workflow. */
interface Job {
  readonly uses?: string;
  readonly needs?: string;
  readonly steps?: readonly {
    readonly uses?: string;
    readonly run?: string;
    readonly with?: Readonly<Record<string, unknown>>;
  }[];
  readonly "timeout-minutes"?: number;
}

for (const name of ["test", "release"]) {
  const { permissions, jobs } = await readYaml<Workflow>(`../.github/workflows/${name}.yml`);
  const steps = Object.values(jobs).flatMap((job) => job.steps ?? []);

  Deno.test(`workflow ${name} has read permission and keeps no credentials`, () => {
    assert.deepEqual(permissions, { contents: "read" });
    const checkouts = steps.filter(({ uses }) => uses?.startsWith("actions/checkout@"));
    assert.ok(checkouts.length > 0);
    for (const { with: options } of checkouts) {
      assert.deepEqual(options, { "persist-credentials": false });
    }
  });

  Deno.test(`workflow ${name} has a timeout for every job, and jobs need existing jobs`, () => {
    for (const [job, { needs, uses, "timeout-minutes": minutes }] of Object.entries(jobs)) {
      assert.ok(uses !== undefined || minutes !== undefined, job);
      assert.ok(needs === undefined || needs in jobs, job);
    }
  });

  Deno.test(`workflow ${name} inserts no expressions into scripts`, () => {
    assert.deepEqual(steps.filter(({ run }) => run?.includes("${{")), []);
  });
}
