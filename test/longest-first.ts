import path from 'node:path';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Files that take the longest, most of it waiting: last, one of them would be all that still runs. */
const longest = [
  'test/soak/real.test.ts',
  'test/cli/program.test.ts',
  'test/eval/program.test.ts',
  'test/engine/swap.llama.test.ts',
  'test/cli/models.test.ts',
  'test/server/end-to-end.test.ts',
  'test/client/connect.test.ts',
  'test/bench/windows/windows.test.ts',
];

/** Vitest itself begins with what took longest the last time; in a new checkout, where there was none, with the largest files. */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const place = ({ moduleId, project }: TestSpecification): number => {
      const index = longest.indexOf(path.relative(this.ctx.config.root, moduleId).replaceAll('\\', '/'));
      return project.config.sequence.groupOrder * (longest.length + 1) + (index < 0 ? longest.length : index);
    };
    return sorted.sort((a, b) => place(a) - place(b));
  }
}
