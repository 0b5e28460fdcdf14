export async function writeReplayReport(..._: unknown[]): Promise<void> {}
