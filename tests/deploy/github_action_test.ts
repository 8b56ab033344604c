import assert from "node:assert/strict";
import { DEPLOY, readYaml } from "./files.ts";
import { type TemporaryDirectory, temporaryDirectory } from "../temporary_directory.ts";

interface Step {
  readonly id?: string;
  readonly shell: string;
  readonly run: string;
  readonly env: Readonly<Record<string, string>>;
}

interface Action {
  readonly inputs: Readonly<
    Record<string, { readonly description: string; readonly default?: string }>
  >;
  readonly outputs: Readonly<Record<string, { readonly value: string }>>;
  readonly runs: { readonly using: string; readonly steps: readonly Step[] };
}

const action = await readYaml<Action>("github/action.yml");
const SCRIPT = `${DEPLOY}github/deploy.sh`;
const KEY = "-----BEGIN OPENSSH PRIVATE KEY-----\nsecret-key\n-----END";

/** `npx` calls ssh as ddsrv would; `ssh` prints its arguments and the files that they name. */
const PROGRAMS: Readonly<Record<string, string>> = {
  npx:
    '{ printf "npx"; printf "<%s>" "$@"; echo; } >&2; env >"$OUT/env"; ssh -T -- ann@example.test true >&2\n' +
    'for word; do case $word in */env) cp "$word" "$OUT/variables"; stat -c %a "$word" >&2 ;; ' +
    "esac; done\necho http://example.test/shop--pr-12",
  ssh: 'printf "ssh"; printf "<%s>" "$@"; echo; cp "$4" "$OUT/key"; stat -c %a "$4"',
};

interface Ran {
  readonly code: number;
  readonly said: string;
  readonly directory: TemporaryDirectory;
}

/** Runs the step with inputs, in which `${{ inputs.x }}` is replaced as GitHub does. */
async function runStep(inputs: Readonly<Record<string, string>>): Promise<Ran> {
  const directory = await temporaryDirectory();
  for (const [name, text] of Object.entries(PROGRAMS)) {
    await Deno.chmod(await directory.write(`bin/${name}`, `#!/bin/sh\n${text}\n`), 0o755);
  }
  const [step] = action.runs.steps;
  const env = Object.entries(step!.env).map(([name, value]) => {
    const input = /^\$\{\{ inputs\.([a-z-]+) \}\}$/.exec(value)?.[1];
    if (input === undefined) return [name, `${DEPLOY}github`];
    assert.ok(Object.hasOwn(action.inputs, input), `${input} is not declared`);
    return [name, inputs[input] ?? action.inputs[input]!.default ?? ""];
  });
  const { code, stdout, stderr } = await new Deno.Command("bash", {
    args: ["-e", "-c", step!.run],
    env: {
      ...Object.fromEntries(env),
      PATH: `${directory.at("bin")}:/usr/bin:/bin`,
      TMPDIR: directory.path,
      GITHUB_OUTPUT: directory.at("output"),
      OUT: directory.path,
    },
  }).output();
  const decode = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
  return { code, said: decode(stdout) + decode(stderr), directory };
}

const GIVEN = {
  "target": "ssh://ann@example.test",
  "ssh-key": KEY,
  "known-hosts": "example.test ssh-ed25519 AAAA",
};

Deno.test("GitHub Action: inputs never become part of a script's text", () => {
  const { using, steps } = action.runs;
  assert.equal(using, "composite");
  for (const { run, shell } of steps) {
    assert.equal(shell, "bash");
    assert.doesNotMatch(run, /\$\{\{/);
  }
  for (const [name, { description }] of Object.entries(action.inputs)) {
    assert.ok(description.length > 0, name);
    assert.ok(JSON.stringify(steps).includes(`inputs.${name} `), `${name} is not used`);
  }
  assert.equal(action.outputs["url"]?.value, "${{ steps.deploy.outputs.url }}");
  assert.equal(steps[0]?.id, "deploy");
});

Deno.test("GitHub Action: deploys with the key in a private file, and prints no secret", async () => {
  const { code, said, directory } = await runStep({
    ...GIVEN,
    path: "my shop",
    preview: "$(id)",
    ttl: "3d",
    variables: "TOKEN=secret-value",
    command: "sudo ddsrv",
    check: "false",
  });
  await using _ = directory;
  assert.equal(code, 0, said);
  assert.doesNotMatch(said, /secret/);
  assert.match(
    said,
    /^npx<--yes><--><ddsrv@latest><deploy><my shop><--to><ssh:\/\/ann@example\.test><--preview><\$\(id\)><--ttl><3d><--command><sudo ddsrv><--env-file><[^>]+\/env><--no-check>$/m,
  );
  assert.match(
    said,
    /^ssh<-F><none><-i><[^>]+\/key><-o><IdentitiesOnly=yes><-o><StrictHostKeyChecking=yes><-o><UserKnownHostsFile=[^>]+><-T><--><ann@example\.test><true>$/m,
  );
  assert.equal(said.match(/^600$/gm)?.length, 2, said);
  assert.equal(await Deno.readTextFile(directory.at("key")), `${KEY}\n`);
  assert.equal(await Deno.readTextFile(directory.at("variables")), "TOKEN=secret-value\n");
  assert.doesNotMatch(await Deno.readTextFile(directory.at("env")), /secret/);
  assert.equal(
    await Deno.readTextFile(directory.at("output")),
    "url=http://example.test/shop--pr-12\n",
  );
  // The directory with the key is removed.
  const left = Array.from(Deno.readDirSync(directory.path), ({ name }) => name);
  assert.deepEqual(left.filter((name) => name.startsWith("tmp.")), []);
});

Deno.test("GitHub Action: refuses what is missing before it starts ssh", async () => {
  for (
    const [name, said] of [
      ["target", "The input target is empty"],
      ["ssh-key", "The input ssh-key is empty"],
      ["known-hosts", "The input known-hosts is empty"],
    ] as const
  ) {
    const ran = await runStep({ ...GIVEN, [name]: "" });
    await using _ = ran.directory;
    assert.equal(ran.code, 1);
    assert.match(ran.said, new RegExp(`^::error::${said}`));
    assert.doesNotMatch(ran.said, /npx|secret-key/);
  }
  const both = await runStep({ ...GIVEN, "env-file": "a", "variables": "A=1" });
  await using _ = both.directory;
  assert.match(both.said, /either the input env-file or the input variables/);
});

Deno.test("GitHub Action: never trusts an unknown server, and shellcheck agrees", async () => {
  const text = await Deno.readTextFile(SCRIPT);
  assert.doesNotMatch(text, /StrictHostKeyChecking=(no|accept-new|off)|set -x/);
  const { stdout } = await new Deno.Command("shellcheck", { args: [SCRIPT] }).output();
  assert.equal(new TextDecoder().decode(stdout), "");
});
