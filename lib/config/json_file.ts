import {
  findNodeAtLocation,
  getNodeValue,
  type Node,
  type ParseError,
  parseTree,
  printParseErrorCode,
} from "jsonc-parser";
import { z } from "zod";
import { findExcess, MAX_JSON_DEPTH, MAX_JSON_VALUES } from "./json_depth.ts";
import { nearest } from "./suggestion.ts";

/** A file that does not say what it should; the message begins with file, line and column. */
export class ConfigError extends Error {
  override readonly name = "ConfigError";
}

/** What to read and by which rules. */
export interface JsonFile<Schema extends z.ZodObject> {
  /** Named in messages. */
  readonly path: string;
  /** JSON with comments and trailing commas. */
  readonly text: string;
  readonly schema: Schema;
  /** The operator's own, which may have any number of values. */
  readonly isTrusted?: boolean;
}

/** A text, where it is from, and whose it is. */
type NamedText = Pick<JsonFile<z.ZodObject>, "path" | "text" | "isTrusted">;

/** A file can have one at every other character, and who reads them reads the first. */
const MAX_FAULTS = 20;

/**
 * Refuses JSON that is nested too deeply, or has more values than can be parsed in next to no time.
 *
 * @throws {ConfigError} naming the place
 */
export function refuseVastJson(file: NamedText): void {
  const excess = findExcess(file.text, file.isTrusted ? Infinity : MAX_JSON_VALUES);
  if (excess === undefined) return;
  throw fault(
    file,
    excess.offset,
    excess.type === "depth"
      ? `is nested deeper than ${MAX_JSON_DEPTH} levels. Make it flatter`
      : `has more than ${MAX_JSON_VALUES} values. Remove some`,
  );
}

/**
 * The value of a settings file, checked against its schema.
 *
 * @throws {ConfigError} naming every fault with its line and column
 */
export function parseJsonFile<Schema extends z.ZodObject>(
  file: JsonFile<Schema>,
): z.output<Schema> {
  refuseVastJson(file);
  const errors: ParseError[] = [];
  const root = parseTree(file.text.replace(/^\ufeff/, " "), errors, { allowTrailingComma: true });
  const [error] = errors;
  if (error !== undefined || root === undefined) {
    const what = error === undefined ? "ValueExpected" : printParseErrorCode(error.error);
    throw fault(file, error?.offset ?? 0, `is not JSON (${spaced(what)})`);
  }
  const odd = findOddKey(root);
  if (odd !== undefined) throw fault(file, odd.offset, odd.what);
  const result = file.schema.safeParse(getNodeValue(root));
  if (result.success) return result.data;
  const faults = result.error.issues.slice(0, MAX_FAULTS)
    .flatMap((issue) => issueFaults(file, root, issue))
    .slice(0, MAX_FAULTS);
  throw new ConfigError(faults.map((one) => one.message).join("\n"), { cause: result.error });
}

/** A key that can't be taken as it stands there, and why. */
interface OddKey {
  readonly offset: number;
  readonly what: string;
}

/**
 * A key that JavaScript takes for something else, and would drop without a word; or one that is
 * there twice, of which readers take the first and parsers the last.
 */
function findOddKey(node: Node): OddKey | undefined {
  const keys = new Set<unknown>();
  for (const child of node.children ?? []) {
    if (node.type === "object") {
      const key: unknown = child.children?.[0]?.value;
      const what = key === "__proto__"
        ? 'has the key "__proto__", which none may have'
        : keys.has(key)
        ? `has the key "${key}" twice. Remove one`
        : undefined;
      if (what !== undefined) return { offset: child.offset, what };
      keys.add(key);
    }
    const found = findOddKey(child);
    if (found !== undefined) return found;
  }
  return undefined;
}

function issueFaults<Schema extends z.ZodObject>(
  file: JsonFile<Schema>,
  root: Node,
  issue: z.core.$ZodIssue,
): ConfigError[] {
  const path = issue.path.map((key) => typeof key === "symbol" ? String(key) : key);
  if (issue.code === "unrecognized_keys") {
    return issue.keys.slice(0, MAX_FAULTS).map((key) => {
      const node = findNodeAtLocation(root, [...path, key]);
      const meant = nearest(key, keysAt(file.schema, path));
      const hint = meant === undefined ? "" : `. Did you mean "${meant}"?`;
      return fault(file, node?.parent?.offset ?? 0, `has the unknown key "${key}"${hint}`);
    });
  }
  if (issue.code === "invalid_union") {
    // Where one of the kinds was meant, its own issues say more than that none fits.
    const meant = issue.errors.find((issues) => issues.every(isBelow));
    if (meant !== undefined) {
      return meant.flatMap((one) =>
        issueFaults(file, root, { ...one, path: [...issue.path, ...one.path] })
      );
    }
  }
  const node = findNodeAtLocation(root, path);
  const where = path.length === 0 ? "" : ` in "${path.join(".")}"`;
  // What is wrong with a record's key, its own issues say.
  const { message } = issue.code === "invalid_key" ? issue.issues[0] ?? issue : issue;
  return [fault(file, node?.offset ?? 0, `is not valid${where}: ${message}`)];
}

/** Whether an issue is with a part of the value, or its size, and not with its kind. */
function isBelow({ path, code }: z.core.$ZodIssue): boolean {
  return path.length > 0 || code !== "invalid_type" && code !== "invalid_value";
}

/** The keys that a value at that place may have. */
function keysAt(schema: unknown, path: readonly (string | number)[]): string[] {
  if (schema instanceof z.ZodOptional) return keysAt(schema.unwrap(), path);
  if (schema instanceof z.ZodPipe) return keysAt(schema.in, path);
  if (schema instanceof z.ZodUnion) return schema.options.flatMap((one) => keysAt(one, path));
  if (!(schema instanceof z.ZodObject)) return [];
  const [first, ...rest] = path;
  return first === undefined ? Object.keys(schema.shape) : keysAt(schema.shape[first], rest);
}

function fault(file: NamedText, offset: number, message: string): ConfigError {
  const before = file.text.slice(0, offset).split("\n");
  return new ConfigError(`${file.path}:${before.length}:${before.at(-1)!.length + 1} ${message}`);
}

function spaced(code: string): string {
  return code.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`).trim();
}
