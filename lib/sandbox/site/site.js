import { isNotModified, isRangeValid, validatorsOf } from "./conditions.js";
import { contentType } from "./content_types.js";
import { isPrivate, parsePath, withSlash } from "./file_path.js";
import { parseRange } from "./range.js";

/** Browsers ask each time if a file has changed: files change without a new revision. */
const CACHE_CONTROL = "no-cache";

const CHUNK_BYTES = 64 * 1024;

/**
 * @typedef {object} SiteOptions
 * @property {string} folder Path of the function's folder, which no link may leave.
 * @property {string} root Directory of the `index.html`, in the folder.
 * @property {boolean} isSpa Pages that do not exist get the `index.html` of the root.
 * @property {readonly string[]} hidden Paths in the folder that are not served.
 */

/** @typedef {{ path: string, isDirectory: boolean }} Found */

/**
 * Returns a function that answers requests with the files of a directory. It reads them at each
 * request, so that changes show at once.
 *
 * @param {SiteOptions} options
 * @returns {(request: Request) => Promise<Response>}
 */
export function createSite({ folder, root, isSpa, hidden }) {
  /**
   * Finds a file or directory below the root; `undefined` for others, for links out of the root,
   * and for hidden files, also behind a link.
   *
   * @param {readonly string[]} names
   * @returns {Promise<Found | undefined>}
   */
  async function find(names) {
    const [top, base, path] = await Promise.all(
      [folder, root, [root, ...names].join("/")].map((one) => Deno.realPath(one)),
    );
    const isInside = isBelow(base, path) && isBelow(top, base);
    if (!isInside || isPrivate(namesBelow(base, path))) return undefined;
    if (hidden.includes(namesBelow(top, path).join("/"))) return undefined;
    const { isFile, isDirectory } = await Deno.stat(path);
    return isFile || isDirectory ? { path, isDirectory } : undefined;
  }

  /**
   * @param {readonly string[]} names
   * @returns {Promise<Found | undefined>}
   */
  async function findFile(names) {
    const found = await find(names).catch(ifMissing);
    return found?.isDirectory ? undefined : found;
  }

  /**
   * @param {Request} request
   * @returns {Promise<Response>}
   */
  async function answerMissing(request) {
    const page = isSpa && isNavigation(request) ? await findFile(["index.html"]) : undefined;
    if (page !== undefined) return await send(request, page.path, { headers: { vary: "accept" } });
    const other = await findFile(["404.html"]);
    if (other === undefined) return say(request, 404, "Not found");
    return await send(request, other.path, { status: 404 });
  }

  /**
   * @param {Request} request
   * @returns {Promise<Response>}
   */
  async function answer(request) {
    const { method } = request;
    if (method !== "GET" && method !== "HEAD") {
      return say(request, 405, "Method not allowed", { allow: "GET, HEAD" });
    }
    if (!URL.canParse(request.url)) return say(request, 400, "Bad request");
    const url = new URL(request.url);
    const wanted = parsePath(url.pathname);
    if (wanted === undefined) return await answerMissing(request);
    const { names, isFolder } = wanted;
    const found = await find(names).catch(ifMissing);
    if (found === undefined || isFolder && !found.isDirectory) return await answerMissing(request);
    if (!found.isDirectory) return await send(request, found.path);
    const index = await findFile([...names, "index.html"]);
    if (index === undefined) return await answerMissing(request);
    if (isFolder) return await send(request, index.path);
    return say(request, 301, "Moved", { location: withSlash(url) });
  }

  return async (request) => {
    try {
      return await answer(request);
    } catch (error) {
      if (error instanceof Deno.errors.PermissionDenied) {
        // deno-lint-ignore no-console
        console.error(`${error.message}. Run in its folder: chmod -R a+rX .`);
        return say(request, 403, "Forbidden");
      }
      // It was removed in the meantime.
      if (error instanceof Deno.errors.NotFound) return say(request, 404, "Not found");
      throw error;
    }
  };
}

/**
 * Sends a file: the whole, a range, or only its head.
 *
 * @param {Request} request
 * @param {string} path
 * @param {{ status?: number, headers?: Record<string, string> }} [options]
 * @returns {Promise<Response>}
 */
async function send(request, path, { status = 200, headers: more = {} } = {}) {
  const stack = new DisposableStack();
  try {
    const file = stack.use(await Deno.open(path));
    const info = await file.stat();
    if (!info.isFile) return say(request, 404, "Not found");
    const { size } = info;
    const validators = validatorsOf(info);
    const headers = new Headers({
      "content-type": contentType(path),
      "cache-control": CACHE_CONTROL,
      ...more,
    });
    let part = { first: 0, last: size - 1 };
    if (status === 200) {
      headers.set("etag", validators.etag);
      headers.set("last-modified", validators.lastModified);
      headers.set("accept-ranges", "bytes");
      if (isNotModified(request.headers, validators)) {
        headers.delete("content-type");
        return new Response(null, { status: 304, headers });
      }
      const isAsked = request.method === "GET" && isRangeValid(request.headers, validators);
      const range = parseRange(isAsked ? request.headers.get("range") : null, size);
      if (range.type === "unsatisfiable") {
        return say(request, 416, "Range not satisfiable", { "content-range": `bytes */${size}` });
      }
      if (range.type === "part") {
        part = range;
        status = 206;
        headers.set("content-range", `bytes ${range.first}-${range.last}/${size}`);
      }
    }
    const length = part.last - part.first + 1;
    headers.set("content-length", String(length));
    if (request.method === "HEAD") return new Response(null, { status, headers });
    if (part.first > 0) await file.seek(part.first, Deno.SeekMode.Start);
    stack.move();
    return new Response(bytesOf(file, length), { status, headers });
  } finally {
    stack.dispose();
  }
}

/**
 * Streams the next bytes of a file, and closes it. Sends no more than `length` bytes, even if the
 * file grows.
 *
 * @param {Deno.FsFile} file
 * @param {number} length
 * @returns {ReadableStream<Uint8Array<ArrayBuffer>>}
 */
function bytesOf(file, length) {
  let left = length;
  return new ReadableStream({
    async pull(controller) {
      const bytes = new Uint8Array(Math.min(CHUNK_BYTES, left));
      const read = left === 0 ? null : await file.read(bytes).catch((error) => {
        file.close();
        throw error;
      });
      if (read !== null) {
        left -= read;
        controller.enqueue(bytes.subarray(0, read));
        if (left > 0) return;
      }
      file.close();
      if (left === 0) controller.close();
      else controller.error(new Error("The file became shorter while it was sent"));
    },
    cancel: () => file.close(),
  });
}

/**
 * @param {Request} request
 * @param {number} status
 * @param {string} text
 * @param {Record<string, string>} [headers]
 * @returns {Response}
 */
function say(request, status, text, headers = {}) {
  const body = `${text}\n`;
  return new Response(request.method === "HEAD" ? null : body, {
    status,
    headers: {
      "content-type": "text/plain; charset=utf-8",
      "content-length": String(body.length),
      "cache-control": CACHE_CONTROL,
      ...headers,
    },
  });
}

/**
 * Returns true for a page of a single-page application: a browser's navigation, or a path without
 * an extension. A missing script must be 404 instead of a page.
 *
 * @param {Request} request
 * @returns {boolean}
 */
function isNavigation({ headers, url }) {
  if (headers.get("accept")?.includes("text/html")) return true;
  const { pathname } = new URL(url);
  return !pathname.slice(pathname.lastIndexOf("/") + 1).includes(".");
}

/** @type {(directory: string, path: string) => boolean} */
function isBelow(directory, path) {
  return path === directory || path.startsWith(`${directory}/`);
}

/** @type {(directory: string, path: string) => string[]} */
function namesBelow(directory, path) {
  return path.slice(directory.length + 1).split("/").filter((name) => name !== "");
}

/**
 * @param {Error & { code?: string }} error
 * @returns {undefined}
 */
function ifMissing(error) {
  const { NotFound, NotADirectory, FilesystemLoop } = Deno.errors;
  const isMissing = [NotFound, NotADirectory, FilesystemLoop].some((one) => error instanceof one);
  if (!isMissing && error.code !== "ENAMETOOLONG") throw error;
}
