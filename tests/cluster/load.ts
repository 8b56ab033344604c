/** A load of requests that goes on until it is ended. */
export interface Load {
  /** Ends it and returns what happened. */
  readonly end: () => Promise<LoadFigures>;
}

/** Answers and failures of a load. */
export interface LoadFigures {
  readonly answers: number;
  /** Requests without the expected answer; one line each. */
  readonly failures: readonly string[];
  /** Requests that were sent once more. */
  readonly retried: number;
  readonly longestMs: number;
}

/** Pause of each client between two requests, in milliseconds. */
const pauseMs = 5;

/** Options of {@linkcode startLoad}. */
export interface LoadOptions {
  /** The same function on one or several hosts; the clients go round. */
  readonly urls: readonly string[];
  /** Body of each answer. */
  readonly expected: string;
  readonly clients: number;
  /** Sends a request that failed once more, to the next host. */
  readonly isRetrying?: boolean;
}

/** A host that is gone may answer nothing. */
const TIMEOUT_MS = 5_000;

/** Sends requests with some clients; every other one sends POST requests. */
export function startLoad({ urls, expected, clients, isRetrying = false }: LoadOptions): Load {
  const failures: string[] = [];
  let answers = 0;
  let longestMs = 0;
  let isEnding = false;
  let retried = 0;
  let turn = 0;

  /** Returns why there is no expected answer; `undefined` if there is one. */
  async function attempt(url: string, method: "GET" | "POST"): Promise<string | undefined> {
    const signal = AbortSignal.timeout(TIMEOUT_MS);
    try {
      const body = method === "POST" ? { body: "x" } : {};
      const response = await fetch(url, { method, signal, ...body });
      const text = await response.text();
      if (response.status === 200 && text === expected) return undefined;
      return `${method} ${response.status} ${text.slice(0, 80)}`;
    } catch (error) {
      return `${method} ${(error as Error).message}`;
    }
  }

  async function send(method: "GET" | "POST"): Promise<void> {
    const began = performance.now();
    const index = turn++;
    let failure = await attempt(urls[index % urls.length]!, method);
    if (failure !== undefined && isRetrying) {
      retried++;
      failure = await attempt(urls[(index + 1) % urls.length]!, method);
    }
    if (failure === undefined) answers++;
    else failures.push(failure);
    longestMs = Math.max(longestMs, performance.now() - began);
  }

  async function runClient(index: number): Promise<void> {
    while (!isEnding) {
      await send(index % 2 === 0 ? "GET" : "POST");
      await new Promise((resolve) => setTimeout(resolve, pauseMs));
    }
  }

  const running = Array.from({ length: clients }, (_, index) => runClient(index));
  return {
    async end() {
      isEnding = true;
      await Promise.all(running);
      return { answers, failures, retried, longestMs: Math.round(longestMs) };
    },
  };
}
