const worker = new Worker(new URL("./worker.ts", import.meta.url), { type: "module" });

Deno.serve((request) =>
  new Promise<Response>((resolve) => {
    worker.onmessage = ({ data }) => resolve(Response.json(data));
    worker.postMessage(Number(new URL(request.url).searchParams.get("n")));
  })
);
