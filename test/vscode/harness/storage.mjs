/** What a window has written down of itself, so that it is there again when it is loaded again. The web workbench does so every few seconds. */

/**
 * Whether it has written something with these words.
 * @param {import('playwright-core').Page} page of the workbench
 * @param {string} words
 * @returns {Promise<boolean>}
 */
export function isWrittenDown(page, words) {
  return page.evaluate(async (wanted) => {
    /** @template T @param {IDBRequest<T>} request @returns {Promise<T>} */
    const done = (request) =>
      new Promise((resolve, reject) => {
        request.onsuccess = () => resolve(request.result);
        request.onerror = () => reject(request.error);
      });
    /** @param {string} name */
    const holds = async (name) => {
      const database = await done(indexedDB.open(name));
      try {
        for (const store of database.objectStoreNames) {
          const values = await done(database.transaction(store).objectStore(store).getAll());
          if (values.some((value) => typeof value === 'string' && value.includes(wanted))) return true;
        }
        return false;
      } finally {
        database.close();
      }
    };
    for (const { name } of await indexedDB.databases()) if (name !== undefined && (await holds(name))) return true;
    return false;
  }, words);
}
