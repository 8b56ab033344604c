import { parseAllDocuments } from "yaml";

/** Where the files for many machines are. */
export const DEPLOY = new URL("../../deploy/", import.meta.url).pathname;

/** The version that is deployed: the one of this checkout. */
export async function readVersion(): Promise<string> {
  const text = await Deno.readTextFile(new URL("../../deno.json", import.meta.url));
  return (JSON.parse(text) as { version: string }).version;
}

/**
 * The documents of a YAML file, strictly read.
 *
 * @throws {Error} at what a lenient reader would guess at
 */
export function parseYaml(text: string): unknown[] {
  return parseAllDocuments(text, { strict: true, uniqueKeys: true }).map((document) => {
    const [problem] = [...document.errors, ...document.warnings];
    if (problem !== undefined) throw problem;
    return document.toJS();
  });
}

/** The one document of a file below {@linkcode DEPLOY}. */
export async function readYaml<Document>(path: string): Promise<Document> {
  const [document, ...more] = parseYaml(await Deno.readTextFile(DEPLOY + path));
  if (more.length > 0) throw new Error(`"${path}" has more than one document`);
  return document as Document;
}

/** What came of a program. */
export interface Outcome {
  readonly success: boolean;
  readonly stdout: string;
  /** Standard output, then standard error. */
  readonly text: string;
}

/** Runs a program to its end. */
export async function run(program: string, ...args: string[]): Promise<Outcome> {
  const { success, stdout, stderr } = await new Deno.Command(program, { args }).output();
  const [out, error] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes));
  return { success, stdout: out!, text: out! + error! };
}
