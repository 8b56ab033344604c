import { trimMemory } from "../system/trim_memory.ts";

/** Returns memory to the kernel after work. Disposing of it ends that. */
export interface MemoryTrimmer extends Disposable {
  /** There is work now. */
  readonly note: () => void;
}

/** Options of {@linkcode createMemoryTrimmer}. */
export interface MemoryTrimmerOptions {
  readonly trim?: () => Promise<void>;
}

/** A burst of starts has ended by then, or the next trim follows. */
const PAUSE_MS = 20_000;

/** Trims after the last work; V8 frees the memory of its own objects between them. */
const ROUNDS = 2;

/** Creates a trimmer, which has no timer while there is no work. */
export function createMemoryTrimmer(
  { trim = trimMemory }: MemoryTrimmerOptions = {},
): MemoryTrimmer {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let left = 0;
  let isClosed = false;

  function fire(): void {
    void trim();
    left--;
    timer = left > 0 ? setTimeout(fire, PAUSE_MS) : undefined;
  }

  return {
    note() {
      if (isClosed) return;
      left = ROUNDS;
      timer ??= setTimeout(fire, PAUSE_MS);
    },
    [Symbol.dispose]() {
      isClosed = true;
      clearTimeout(timer);
    },
  };
}
