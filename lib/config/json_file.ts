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

/** A file is not valid; the message begins with file, line and column. */
export class ConfigError extends Error {
  override readonly name = "ConfigError";
}

/** A text, and the schema to check it with. */
export interface JsonFile<Schema extends z.ZodObject> {
  /** Path for messages. */
  readonly path: string;
  /** JSON with comments and trailing commas. */
  readonly text: string;
  readonly schema: Schema;
  /** The file belongs to the operator, and may have any number of values. */
  readonly isTrusted?: boolean;
}

/** A text and its path. */
type NamedText = Pick<JsonFile<z.ZodObject>, "path" | "text" | "isTrusted">;

/** Maximum number of errors in a message; a hostile file can have thousands. */
const MAX_FAULTS = 20;

/**
 * Refuses JSON that is nested too deeply, or has too many values to parse quickly.
 *
 * @throws {ConfigError} with the line and column
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
 * Parses a settings file and checks it against its schema.
 *
 * @throws {ConfigError} listing every error with its line and column
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

/** A key that is not allowed, and the reason. */
interface OddKey {
  readonly offset: number;
  readonly what: string;
}

/**
 * Finds a `__proto__` key, which JavaScript would drop silently, or a key that occurs twice, of which
 * people read the first and parsers the last.
 */
function findOddKey(node: Node): OddKey | undefined {
  const keys = new Set<unknown>();
  for (const child of node.children ?? []) {
    if (node.type === "object") {
      const key: unknown = child.children?.[0]?.value;
      const what = key === "__proto__"
        ? 'has the key "__proto__", which is not allowed'
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
    // If the value is of one of the kinds, the issues of that kind say more.
    const meant = issue.errors.find((issues) => issues.every(isBelow));
    if (meant !== undefined) {
      return meant.flatMap((one) =>
        issueFaults(file, root, { ...one, path: [...issue.path, ...one.path] })
      );
    }
  }
  const node = findNodeAtLocation(root, path);
  const where = path.length === 0 ? "" : ` in "${path.join(".")}"`;
  // The issues of a record's key say what is wrong with it.
  const { message } = issue.code === "invalid_key" ? issue.issues[0] ?? issue : issue;
  return [fault(file, node?.offset ?? 0, `is not valid${where}: ${message}`)];
}

/** Returns true if an issue is with a part or the size of the value, not with its type. */
function isBelow({ path, code }: z.core.$ZodIssue): boolean {
  return path.length > 0 || code !== "invalid_type" && code !== "invalid_value";
}

/** Returns the keys that a value at a path may have. */
function keysAt(schema: unknown, path: readonly (string | number)[]): string[] {
  if (schema instanceof z.ZodOptional) return keysAt(schema.unwrap(), path);
  if (schema instanceof z.ZodPipe) return keysAt(schema.in, path);
  if (schema instanceof z.ZodUnion) return schema.options.flatMap((one) => keysAt(one, path));
  const [first, ...rest] = path;
  if (schema instanceof z.ZodRecord && first !== undefined) return keysAt(schema.valueType, rest);
  if (!(schema instanceof z.ZodObject)) return [];
  return first === undefined ? Object.keys(schema.shape) : keysAt(schema.shape[first], rest);
}

function fault(file: NamedText, offset: number, message: string): ConfigError {
  const before = file.text.slice(0, offset).split("\n");
  return new ConfigError(`${file.path}:${before.length}:${before.at(-1)!.length + 1} ${message}`);
}

function spaced(code: string): string {
  return code.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`).trim();
}
