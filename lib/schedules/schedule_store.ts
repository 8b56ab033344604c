import { join } from "node:path";
import { readOptionalTextFile } from "../system/read_optional_text_file.ts";
import { removeIfThere } from "../system/remove_if_there.ts";
import { writeWholeFile } from "../system/write_whole_file.ts";
import { formatRecords, parseRecords, type ScheduleRecord } from "./schedule_record.ts";

/** Records of schedules, in one file per function. They survive a removal of the folder. */
export interface ScheduleStore {
  readonly read: (name: string) => Promise<ReadonlyMap<string, ScheduleRecord>>;
  readonly write: (name: string, records: ReadonlyMap<string, ScheduleRecord>) => Promise<void>;
  readonly forget: (name: string) => Promise<void>;
}

/** Opens the store in a directory, which is created with the first record. */
export function openScheduleStore(directory: string): ScheduleStore {
  const pathOf = (name: string): string => join(directory, `${name}.json`);
  return {
    read: async (name) => parseRecords(await readOptionalTextFile(pathOf(name)) ?? ""),
    write: (name, records) => writeWholeFile(pathOf(name), formatRecords(records)),
    forget: (name) => removeIfThere(pathOf(name)),
  };
}
