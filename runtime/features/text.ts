/** Summaries and translations: from a part of a document to a streamed text. The door of summarize/, translate/ and text/. */
export { SummarizeFeature } from './summarize/feature.ts';
export type { SummarizeRequest, SummaryPurpose } from './summarize/sources.ts';
export type { TextKit } from './text/job.ts';
export type { TextListener, TextRequest, TextStage, TranslateRequest } from './text/request.ts';
export { TranslateFeature } from './translate/feature.ts';
