/** @jsxImportSource hono/jsx */
import type { JSX } from "hono/jsx/jsx-runtime";
import type { Frame } from "./layout.tsx";

const TABS = {
  overview: ["Overview", ""],
  logs: ["Logs", "/logs"],
  history: ["History", "/history"],
} as const;

/** The pages of one function. */
export function FunctionTabs(
  { frame, name, current }: {
    readonly frame: Frame;
    readonly name: string;
    readonly current: keyof typeof TABS;
  },
): JSX.Element {
  return (
    <nav class="tabs" aria-label={`Pages of ${name}`}>
      {Object.entries(TABS).map(([key, [label, path]]) => (
        <a
          href={`${frame.root}functions/${encodeURIComponent(name)}${path}`}
          aria-current={key === current ? "page" : undefined}
        >
          {label}
        </a>
      ))}
    </nav>
  );
}
