import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { z } from 'zod';
import { packageRoot } from './package-root';

/** The file that the build packs the recorded histories into: a worker in production has no tests. */
export const RECORDINGS = path.join(packageRoot(), 'dist', 'recorded-histories.json.gz');

const recordingSchema = z.object({
  /** The scenario, and of a released version that version before it: `0.1.0/created`. */
  name: z.string(),
  workflowId: z.string(),
  /** As JSON has a history of Temporal. */
  history: z.looseObject({ events: z.array(z.looseObject({ eventType: z.string() })) }),
});

/** The history of a run that a version of this package has made. */
export type Recording = z.infer<typeof recordingSchema>;

/** Reads the recorded histories of a folder: those of the version in the making, and in a folder each those of released ones. */
export function readRecordings(folder: string): Recording[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.json'))
    .sort()
    .map((file) => {
      const recorded = JSON.parse(readFileSync(path.join(folder, file), 'utf8')) as object;
      const name = file.slice(0, -'.json'.length).split(path.sep).join('/');
      return recordingSchema.parse({ ...recorded, name });
    });
}

/** Packs what was recorded for the workers that ship with it. */
export function packRecordings(): void {
  const recordings = readRecordings(path.join(packageRoot(), 'test', 'histories'));
  writeFileSync(RECORDINGS, gzipSync(JSON.stringify(recordings)));
}

/** Reads what was packed. */
export function unpackRecordings(): Recording[] {
  return z.array(recordingSchema).parse(JSON.parse(gunzipSync(readFileSync(RECORDINGS)).toString()));
}
