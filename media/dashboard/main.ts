/** The webview's entry: hears the extension, folds what it tells, and has the page drawn a few times a second. */
import { z } from 'zod';
import { type FromPage, type ToPage, toPageSchema } from '../../extension/dashboard-messages.ts';
import type { DashboardStrings } from '../../extension/dashboard-strings.ts';
import type { WatchNews } from '../../runtime/protocol/dashboard.ts';
import { spansMs } from './clock.ts';
import { Fold } from './fold.ts';
import { Page } from './page.ts';
import { onThemeChange } from './theme.ts';
import { Words } from './words.ts';

// Compiled checks need eval, which the page's policy forbids.
z.config({ jitless: true });

interface Host {
  postMessage(message: FromPage): void;
  getState(): unknown;
  setState(state: Kept): void;
}

declare function acquireVsCodeApi(): Host;

/** What outlives a page that was hidden, and the window: what the user chose to see. A held time is one of that runtime's clock. */
const keptSchema = z.object({
  spanMs: z.literal(spansMs),
  held: z.object({ atMs: z.number(), originMs: z.number() }).optional(),
});
type Kept = z.infer<typeof keptSchema>;

/** As often as the runtime tells news; for whoever wants less motion, once a second. */
const drawMs = 250;
const calmDrawMs = 1_000;
/** So often figures and charts follow. */
const figuresMs = 1_000;

const host = acquireVsCodeApi();
const fold = new Fold();
/** Our clock less the runtime's, in ms. */
let offsetMs = 0;
let page: Page | undefined;
/** Whose clock a time is of that is held. */
let heldOriginMs: number | undefined;
let isDrawn = true;

const now = (): number =>
  page?.time.isHeld ? Math.max(fold.nowMs, page.time.heldMs ?? 0) : performance.now() - offsetMs;

function open({ strings, language }: Extract<ToPage, { kind: 'strings' }>): Page {
  const root = document.querySelector<HTMLElement>('#page');
  if (root === null) throw new Error('The page has no place for the dashboard.');
  // The extension's table of texts has a type; what came by a message is checked to be texts.
  const words = new Words(strings as DashboardStrings, language);
  const made = new Page(root, {
    ...{ words, fold, now },
    export: () => host.postMessage({ kind: 'export' }),
    changed: () => {
      keep(made);
      made.updateTimeline();
      isFigured = false;
    },
  });
  const kept = keptSchema.safeParse(host.getState());
  if (kept.success) {
    const { spanMs, held } = kept.data;
    made.time.spanMs = spanMs;
    made.time.heldMs = held?.atMs;
    heldOriginMs = held?.originMs;
  }
  onThemeChange(() => made.themed());
  return made;
}

function keep({ time: { spanMs, heldMs } }: Page): void {
  heldOriginMs = heldMs === undefined ? undefined : fold.originMs;
  host.setState({
    spanMs: spansMs.find((known) => known === spanMs) ?? spansMs[1],
    ...(heldMs !== undefined && { held: { atMs: heldMs, originMs: fold.originMs } }),
  });
}

function hear(message: ToPage): void {
  if (message.kind === 'strings') page ??= open(message);
  if (page === undefined) return;
  switch (message.kind) {
    case 'strings':
      break;
    case 'connection':
      page.connected(message.isConnected);
      break;
    case 'news':
      hearNews(page, message.news);
      break;
    case 'status':
      page.status(message.status);
      if (offsetMs !== 0) fold.costErrors.status(message.status, performance.now() - offsetMs);
      break;
    case 'exported':
      page.exported(message.sentence);
      break;
    default:
      message satisfies never;
  }
  isDrawn = false;
  isFigured = false;
}

function hearNews(shown: Page, news: WatchNews): void {
  const knownMs = heldOriginMs ?? (fold.originMs === 0 ? undefined : fold.originMs);
  const isOther = knownMs !== undefined && knownMs !== news.originMs;
  fold.news(news);
  offsetMs = performance.now() - news.nowMs;
  if (!isOther) return;
  shown.restarted();
  keep(shown);
}

window.addEventListener('message', ({ data }: MessageEvent<unknown>) => {
  const message = toPageSchema.safeParse(data);
  if (message.success) hear(message.data);
  else host.postMessage({ kind: 'problem', message: z.prettifyError(message.error).slice(0, 4_000) });
});

const isCalm = matchMedia('(prefers-reduced-motion: reduce)');
let drawnMs = Number.NEGATIVE_INFINITY;
let figuredMs = Number.NEGATIVE_INFINITY;
/** Something came since the figures were made. */
let isFigured = true;

/** Time goes by on the timeline while it is followed; what is held is drawn only when something has changed. */
function draw(): void {
  const isDue = performance.now() - drawnMs >= (isCalm.matches ? calmDrawMs : drawMs);
  if (page === undefined || document.hidden || !isDue) return;
  if (!isFigured && performance.now() - figuredMs >= figuresMs) {
    isFigured = true;
    isDrawn = true;
    page.update();
    figuredMs = performance.now();
  } else if (!isDrawn || !page.time.isHeld) {
    isDrawn = true;
    page.updateTimeline();
  } else return;
  drawnMs = performance.now();
}

setInterval(draw, drawMs);
window.addEventListener('resize', () => page?.update());
host.postMessage({ kind: 'ready' });
