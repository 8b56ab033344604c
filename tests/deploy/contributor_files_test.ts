import assert from "node:assert/strict";
import { parse } from "jsonc-parser";
import { DEPLOY, readYaml } from "./files.ts";

interface IssueForm {
  readonly name: string;
  readonly description: string;
  readonly body: readonly {
    readonly type: string;
    readonly id?: string;
    readonly attributes: Readonly<Record<string, unknown>>;
  }[];
}

interface Compose {
  readonly services: { readonly ddsrv: { readonly cap_add: readonly string[] } };
}

for (const name of ["bug", "feature"]) {
  Deno.test(`issue template ${name} has a label and a unique id for every question`, async () => {
    const form = await readYaml<IssueForm>(`../.github/ISSUE_TEMPLATE/${name}.yml`);
    assert.ok(form.name !== "" && form.description !== "");
    const questions = form.body.filter(({ type }) => type !== "markdown");
    assert.ok(questions.length >= 3);
    for (const { type, attributes } of questions) {
      assert.ok(["input", "textarea"].includes(type), type);
      assert.equal(typeof attributes.label, "string");
    }
    assert.equal(new Set(questions.map(({ id }) => id)).size, questions.length);
  });
}

Deno.test("development container has the capabilities of compose.yaml, Debian 12 and Node 20", async () => {
  const container = parse(await Deno.readTextFile(DEPLOY + "../.devcontainer/devcontainer.json"));
  const compose = await readYaml<Compose>("../compose.yaml");
  assert.deepEqual(container.capAdd, compose.services.ddsrv.cap_add);
  assert.match(
    await Deno.readTextFile(DEPLOY + "../.devcontainer/Dockerfile"),
    /^FROM node:20-bookworm$/m,
  );
});
