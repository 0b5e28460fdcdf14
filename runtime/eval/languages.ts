/** The languages that cases are cut from, by the ids that editors use. */

export const languages = ['typescript', 'javascript', 'python', 'java', 'c', 'cpp', 'go', 'rust'] as const;

export type Language = (typeof languages)[number];
