import { parseAllDocuments } from "yaml";

/** Path of the deployment files. */
export const DEPLOY = new URL("../../deploy/", import.meta.url).pathname;

/** Returns the version of this checkout, which is the one that the files deploy. */
export async function readVersion(): Promise<string> {
  const text = await Deno.readTextFile(new URL("../../deno.json", import.meta.url));
  return (JSON.parse(text) as { version: string }).version;
}

/**
 * Returns the documents of a YAML file, parsed strictly.
 *
 * @throws {Error} for anything ambiguous that a lenient parser would accept
 */
export function parseYaml(text: string): unknown[] {
  return parseAllDocuments(text, { strict: true, uniqueKeys: true }).map((document) => {
    const [problem] = [...document.errors, ...document.warnings];
    if (problem !== undefined) throw problem;
    return document.toJS();
  });
}

/** Returns the only document of a file below {@linkcode DEPLOY}. */
export async function readYaml<Document>(path: string): Promise<Document> {
  const [document, ...more] = parseYaml(await Deno.readTextFile(DEPLOY + path));
  if (more.length > 0) throw new Error(`"${path}" has more than one document`);
  return document as Document;
}

/** Result of a program. */
export interface Outcome {
  readonly success: boolean;
  readonly stdout: string;
  /** Standard output, then standard error. */
  readonly text: string;
}

/** Runs a program and waits until it exits. */
export async function run(program: string, ...args: string[]): Promise<Outcome> {
  const { success, stdout, stderr } = await new Deno.Command(program, { args }).output();
  const [out, error] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes));
  return { success, stdout: out!, text: out! + error! };
}
