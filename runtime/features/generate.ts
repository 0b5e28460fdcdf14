/** Code that is asked for in a sentence. The door of generate/. */
export { GenerateFeature, type GenerateRequest, Superseded } from './generate/feature.ts';
