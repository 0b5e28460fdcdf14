/**
 * What this machine can promise, measured now: first tokens by completions that are timed, whole answers by what forward passes were found
 * to cost. Changes no setting.
 */
import { sentence, type Words } from '../core/sentence.ts';
import type {
  CalibratedSaid as Calibrated,
  CalibrateResultSaid as CalibrateResult,
  ClientSettings,
  WireTaskClass,
} from '../protocol.ts';
import { classWords } from './checks/words.ts';
import { chosenModels, type OnProgress, type ProbeSources, slaOf, timedFacts } from './probe.ts';
import { promiseOfCosts, promiseOfSamples } from './promise.ts';
import { type Timing, TimingError, timed } from './timing.ts';

/** So many passes that costs are known of a model that was not measured before. */
const chatTurns = 2;

interface Calibrating {
  readonly sources: ProbeSources;
  readonly settings: ClientSettings;
  readonly count: number;
  readonly onProgress: OnProgress;
  readonly signal: AbortSignal;
}

/** @throws the reason of the signal when nobody waits any more. */
export async function calibrate(calibrating: Calibrating): Promise<CalibrateResult> {
  const { chosen, unserved } = chosenModels(calibrating.sources, calibrating.settings);
  const classes: Calibrated[] = [];
  const problems: Words[] = unserved.map(({ message }) => message);
  for (const { model, classes: names } of chosen.values()) {
    for (const name of names) {
      try {
        const found = await calibrated(calibrating, model, name);
        if (found === undefined)
          problems.push(
            sentence('Of {0} too little was measured to promise a time for {1}.', model.name, classWords[name]),
          );
        else classes.push(found);
      } catch (error) {
        if (!(error instanceof TimingError)) throw error;
        problems.push(sentence('{0} did not answer: {1}', model.name, error.words));
      }
    }
  }
  return { classes, problems };
}

type Model = Parameters<typeof timed>[0]['model'] & { readonly name: string; readonly demo: boolean };

async function calibrated(
  calibrating: Calibrating,
  model: Model,
  name: WireTaskClass,
): Promise<Calibrated | undefined> {
  const { settings } = calibrating;
  const common = {
    class: name,
    ...slaOf(name, settings),
    model: model.name,
    demo: model.demo,
    automatic: settings.automatic.includes(name),
  };
  return common.kind === 'ttft' ? bySamples(calibrating, model, common) : byCosts(calibrating, model, common);
}

type Common = Pick<Calibrated, 'class' | 'kind' | 'targetMs' | 'model' | 'demo' | 'automatic'>;

/** The first one brings the model and what all windows have in common; it counts for nothing. */
async function bySamples(
  { sources, count, onProgress, signal, settings }: Calibrating,
  model: Model,
  common: Common,
): Promise<Calibrated> {
  const request = { tasks: sources.tasks, model, class: common.class, sla: slaOf(common.class, settings), signal };
  const timings: Timing[] = [];
  for (let turn = 0; turn <= count; turn++) {
    onProgress({ message: sentence('Timing completions of {0}', model.name), done: turn, of: count + 1 });
    const timing = await timed(request, turn);
    if (turn > 0) timings.push(timing);
  }
  const { p50Ms, p95Ms, promptTokens } = timedFacts(timings);
  const beganMs = Math.round(p95Ms);
  return {
    ...common,
    p50Ms,
    p95Ms,
    samples: count,
    canKeepMs: promiseOfSamples(common.class, p95Ms),
    how:
      promptTokens === undefined
        ? sentence(
            '95 % of {0} timed completions began within {1} ms; a fifth is added and the sum rounded up.',
            count,
            beganMs,
          )
        : sentence(
            '95 % of {0} timed completions (prompts of about {1} tokens) began within {2} ms; a fifth is added and the sum rounded up.',
            count,
            promptTokens,
            beganMs,
          ),
  };
}

async function byCosts(
  { sources, onProgress, signal, settings }: Calibrating,
  model: Model,
  common: Common,
): Promise<Calibrated | undefined> {
  const request = { tasks: sources.tasks, model, class: common.class, sla: slaOf(common.class, settings), signal };
  for (let turn = 0; turn < chatTurns; turn++) {
    onProgress({ message: sentence('Timing answers of {0}', model.name), done: turn, of: chatTurns });
    await timed(request, turn);
  }
  const ordinaryMs = sources.ordinaryMs(common.class, settings);
  if (ordinaryMs === undefined) return undefined;
  return {
    ...common,
    samples: 0,
    canKeepMs: promiseOfCosts(common.class, ordinaryMs),
    how: sentence(
      'An ordinary answer takes {0} ms at the speed that was measured, on an idle machine; that is doubled and rounded up.',
      Math.round(ordinaryMs),
    ),
  };
}
