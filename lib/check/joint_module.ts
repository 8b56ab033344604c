/**
 * Words by which a module could change the types of modules that are checked in the same program:
 * `declare global` and `declare module`; references to other files; comments that hide the error of
 * an augmentation without `declare`, in which TypeScript ignores the case of letters. A worker has a
 * graph of its own.
 */
const REFUSED = /\bdeclare\b|@(?:[tT][sS]|[dD]eno|[jJ]sx)|\/\/\/\s*<|\bWorker\b|\brequire\b/;

/** A string after one of the words that begin an import, across comments and line breaks. */
const IMPORT =
  /\b(?:from|import)\b(?:\s|\/\*[^*]{0,200}\*\/|\/\/[^\n]{0,200}\n|\(){0,50}(["'`])([^"'`\n\\]{0,250})\1/g;

/** The paths that ddsrv follows: relative ones of TypeScript modules, without any escape. */
const RELATIVE = /^\.{1,2}\/[\w./@+-]{1,240}\.m?ts$/;

const BUILT_IN = /^node:[\w/]{1,40}$/;

/**
 * Returns the relative imports of a module if it can be type-checked in one program with modules of
 * other functions, otherwise `undefined`. It only decides what to try: the module graph of the check
 * shows the imports, and an import that this function does not see is missing there.
 *
 * @example
 * ```ts
 * import { readJointModule } from "./joint_module.ts";
 * readJointModule('import { a } from "./a.ts";'); // ["./a.ts"]
 * readJointModule("declare global { var a: string }"); // undefined
 * ```
 */
export function readJointModule(text: string): string[] | undefined {
  if (REFUSED.test(text)) return undefined;
  const specifiers = Array.from(text.matchAll(IMPORT), ([, , specifier]) => specifier!)
    .filter((specifier) => !BUILT_IN.test(specifier));
  const isFollowed = specifiers.every((one) => RELATIVE.test(one) && !/\.d\.m?ts$/.test(one));
  return isFollowed ? [...new Set(specifiers)] : undefined;
}
