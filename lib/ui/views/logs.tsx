/** @jsxImportSource hono/jsx */
import type { JSX } from "hono/jsx/jsx-runtime";
import type { LogLine } from "../log_events.ts";
import { type Frame, Layout } from "./layout.tsx";
import { FunctionTabs } from "./tabs.tsx";

/** The log of a function; `lines` is missing if ddsrv writes no logs. */
export function LogsPage(
  { frame, name, lines }: {
    readonly frame: Frame;
    readonly name: string;
    readonly lines: readonly LogLine[] | undefined;
  },
): JSX.Element {
  const path = `functions/${encodeURIComponent(name)}/logs/events`;
  return (
    <Layout
      frame={frame}
      title={`Logs of ${name}`}
      current="functions"
      {...lines === undefined ? {} : { events: path }}
    >
      <FunctionTabs frame={frame} name={name} current="logs" />
      <h1>Logs of {name}</h1>
      {lines === undefined ? <p class="empty">This ddsrv writes no log files.</p> : (
        <>
          <p class="hint">
            Times are in UTC. Lines of standard error have a bar. Earlier lines:{" "}
            <code>ddsrv logs {name}</code>
          </p>
          <div class="log" id="log" role="log" aria-live="off" aria-label="Log lines" tabindex={0}>
            {lines.map((line) => <Line line={line} />)}
          </div>
          {lines.length === 0 && <p class="empty" id="no-lines">No lines yet.</p>}
        </>
      )}
    </Layout>
  );
}

function Line({ line: { time, isError, parts } }: { readonly line: LogLine }): JSX.Element {
  return (
    <div class={isError ? "error" : undefined}>
      <time datetime={time}>{time.slice(11, 23)}</time>
      {isError && <span class="hidden">standard error:</span>}
      <span class="text">
        {parts.map(([text, colour]) => colour === "" ? text : <b class={colour}>{text}</b>)}
      </span>
    </div>
  );
}
