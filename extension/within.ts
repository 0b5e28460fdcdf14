import { l10n } from './l10n.ts';

/** Rejects when `work` is not done in time. `work` itself goes on, and its outcome is dropped. */
export async function within<T>(limitMs: number, what: string, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(l10n.t('{0} did not come within {1} s', what, limitMs / 1000))), limitMs);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
