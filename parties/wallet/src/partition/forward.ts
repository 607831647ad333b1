import { type DappRequest, dappVersion } from '@symbolon/protocol/dapp';
import * as v from 'valibot';
import { DappRefusal, refusalFrom } from '../approve/errors.ts';
import { meetWindow } from './openWindow.ts';

const answerSchema = v.union([
  v.strictObject({ id: v.string(), result: v.unknown() }),
  v.strictObject({
    id: v.string(),
    error: v.strictObject({ code: v.number(), reason: v.string(), message: v.string() }),
  }),
]);

/** Has the wallet's own window answer a site's request. Throws DappRefusal `user-rejected` where the person closes it. */
export async function forward(
  opened: Window,
  origin: string,
  connected: string | null,
  request: DappRequest,
  signal: AbortSignal,
): Promise<unknown> {
  const handOver = { symbolon: dappVersion, what: 'hand-over', origin, wants: { do: 'answer', connected } } as const;
  const port = await meetWindow(opened, handOver);
  if (port === null) throw new DappRefusal('user-rejected');
  return new Promise((resolve, reject) => {
    const end = () => {
      clearInterval(watch);
      port.close();
      opened.close();
    };
    const watch = setInterval(() => {
      if (!opened.closed) return;
      end();
      reject(new DappRefusal('user-rejected'));
    }, 500);
    signal.addEventListener('abort', () => {
      end();
      reject(signal.reason);
    });
    port.onmessage = ({ data }: MessageEvent<unknown>) => {
      const answer = v.safeParse(answerSchema, data);
      if (!answer.success || answer.output.id !== request.id) return;
      end();
      if ('error' in answer.output) reject(refusalFrom(answer.output.error));
      else resolve(answer.output.result);
    };
    port.postMessage(request);
  });
}
