/** What stands in the home folder when a runtime begins: what earlier ones have left, and what the user says there. */
import path from 'node:path';
import { ResidencyFile, type ResidencyFileOptions } from '../host/residency-file.ts';
import { FeedbackFile } from '../server/feedback-file.ts';
import { readSettingsFile, type SettingsFile } from './settings-file.ts';

export interface Kept {
  readonly feedback: FeedbackFile;
  readonly lessons: ResidencyFile;
  readonly settings: SettingsFile;
}

/** Never rejects: what cannot be read is as if it were not there, with a line in the log. */
export async function openKept(home: string, parts: Omit<ResidencyFileOptions, 'file'>): Promise<Kept> {
  const feedback = await FeedbackFile.open({ ...parts, file: path.join(home, 'completion-statistics.json') });
  const lessons = await ResidencyFile.open({ ...parts, file: path.join(home, 'residency.json') });
  const settings = await readSettingsFile(home);
  for (const problem of settings.problems) parts.log(problem);
  return { feedback, lessons, settings };
}
