import { NodeSDK } from "npm:@opentelemetry/sdk-node@0.57.0";
import { InMemorySpanExporter, SimpleSpanProcessor } from "npm:@opentelemetry/sdk-trace-base@1.30.0";
import { trace } from "npm:@opentelemetry/api@1.9.0";

const exporter = new InMemorySpanExporter();
const sdk = new NodeSDK({ spanProcessors: [new SimpleSpanProcessor(exporter)] });
sdk.start();
const tracer = trace.getTracer("app");

Deno.serve(() => {
  exporter.reset();
  tracer.startActiveSpan("work", (span) => span.end());
  return Response.json(exporter.getFinishedSpans().map(({ name }) => name));
});
