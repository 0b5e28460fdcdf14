import { certainLength } from '../../runtime/core/lengths.ts';
import type { EngineRequest } from '../../runtime/engine/engine.ts';

/** A request for 20 tokens of completion within a second; a test names what matters to it. */
export function engineRequest(asked: Partial<EngineRequest> & Pick<EngineRequest, 'id'>): EngineRequest {
  return {
    class: 'completion',
    model: 'm',
    prompt: { kind: 'chat', user: '' },
    limits: { maxTokens: 20, stop: [] },
    sla: { kind: 'e2e', targetMs: 1_000 },
    ageMs: 0,
    answerTokens: certainLength(20),
    relegated: false,
    generated: [],
    ...asked,
  };
}
