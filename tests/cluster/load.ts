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
  readonly longestMs: number;
}

/** Pause of each client between two requests. */
const PAUSE_MS = 5;

/** Sends requests with some clients; every other one sends POST requests, which nobody may repeat. */
export function startLoad(url: string, expected: string, clients = 8): Load {
  const failures: string[] = [];
  let answers = 0;
  let longestMs = 0;
  let isEnding = false;

  async function send(method: "GET" | "POST"): Promise<void> {
    const began = performance.now();
    try {
      const response = await fetch(url, method === "POST" ? { method, body: "x" } : {});
      const text = await response.text();
      if (response.status === 200 && text === expected) answers++;
      else failures.push(`${method} ${response.status} ${text.slice(0, 80)}`);
    } catch (error) {
      failures.push(`${method} ${(error as Error).message}`);
    }
    longestMs = Math.max(longestMs, performance.now() - began);
  }

  async function runClient(index: number): Promise<void> {
    while (!isEnding) {
      await send(index % 2 === 0 ? "GET" : "POST");
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    }
  }

  const running = Array.from({ length: clients }, (_, index) => runClient(index));
  return {
    async end() {
      isEnding = true;
      await Promise.all(running);
      return { answers, failures, longestMs: Math.round(longestMs) };
    },
  };
}
