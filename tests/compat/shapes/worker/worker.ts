/// <reference lib="deno.worker" />
function fibonacci(n: number): number {
  return n < 2 ? n : fibonacci(n - 1) + fibonacci(n - 2);
}

self.onmessage = ({ data }: MessageEvent<number>) => {
  self.postMessage({ n: data, fibonacci: fibonacci(data) });
};
