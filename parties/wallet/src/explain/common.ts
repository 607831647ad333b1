import type { Warning } from '../model.ts';
import type { Circumstances } from './explainer.ts';

/** What a person should know of whoever asks, whatever it is they ask for. */
export function common({ registered }: Circumstances): Warning[] {
  return registered ? [] : [{ level: 'caution', what: 'not-registered' }];
}
