import type { SettingReport } from "./api.ts";

/** Returns where a setting's value comes from, in a few words; the name in it is as its owner wrote it. */
export function describeOrigin({ source, name }: Pick<SettingReport, "source" | "name">): string {
  switch (source) {
    case "default":
      return "default";
    case "file":
      return "ddsrv.json of the functions directory";
    case "functions":
      return `${JSON.stringify(name)} in "functions"`;
    case "manifest":
      return "its ddsrv.json";
    case "variable":
    case "flag":
      return name ?? source;
    default:
      return source satisfies never;
  }
}
