/** @jsxImportSource hono/jsx */
import type { JSX } from "hono/jsx/jsx-runtime";
import type { DiffReport } from "../../control/api.ts";
import { type DiffLine, type ShownFile, shownFiles } from "../diff_lines.ts";
import { plainLines } from "../log_text.ts";
import { type Frame, Layout } from "./layout.tsx";
import { FunctionTabs } from "./tabs.tsx";

const NOTES: Readonly<Record<DiffReport["files"][number]["kind"], string | undefined>> = {
  text: undefined,
  link: "link",
  mode: "only the permission to execute",
  binary: "not a text",
  secret: "secret, the content is not shown",
  large: "too large to show",
  omitted: "not shown, the whole difference is too large",
  special: "neither a file nor a link",
  directory: "its files are not listed",
};

/** The differences between two revisions of a function. */
export function DiffPage(
  { frame, name, report }: {
    readonly frame: Frame;
    readonly name: string;
    readonly report: DiffReport;
  },
): JSX.Element {
  const { from, to, isTruncated } = report;
  const { files, isCut } = shownFiles(report.files);
  return (
    <Layout frame={frame} title={`Diff of ${name}`} current="functions">
      <FunctionTabs frame={frame} name={name} current="history" />
      <h1>
        From <code>{from}</code> to <code>{to}</code>
      </h1>
      {files.length === 0 && <p class="empty">The folders of both revisions are equal.</p>}
      {files.map((file) => <FileSection file={file} />)}
      {(isCut || isTruncated) && (
        <p class="reason">
          There is more than this page shows. See <code>ddsrv diff {name} {from} {to}</code>
        </p>
      )}
    </Layout>
  );
}

function FileSection({ file }: { readonly file: ShownFile }): JSX.Element {
  const path = plainLines(file.path);
  const note = NOTES[file.kind];
  return (
    <section class="file">
      <h2>
        <code>{path}</code> <span class="hint">{file.change}{note && `, ${note}`}</span>
      </h2>
      {file.lines.length > 0 && (
        <pre class="diff" tabindex={0} aria-label={`Differences of ${path}`}>
          {file.lines.map((line) => <Line line={line} />)}
        </pre>
      )}
    </section>
  );
}

function Line({ line: { type, text } }: { readonly line: DiffLine }): JSX.Element {
  return <span class={type}>{`${plainLines(text)}\n`}</span>;
}
