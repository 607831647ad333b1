import { assemble, digest } from '@symbolon/chains/evm';
import { chainLock, MemoryStorage } from '@symbolon/client';
import { fromHex, toHex } from '@symbolon/crypto';
import type { DappRequest, WalletMethod } from '@symbolon/protocol/dapp';
import { privateKeyToAccount, sign } from 'viem/accounts';
import { ActivityLog } from '../activity/activity.ts';
import type { Asking } from '../approve/asking.ts';
import { Attention } from '../approve/attention.ts';
import { CallBundles } from '../approve/bundles.ts';
import { Desk } from '../approve/desk.ts';
import { answer } from '../approve/methods.ts';
import { Chains } from '../chain/chains.ts';
import { nonceTurns } from '../chain/nonces.ts';
import { explainer } from '../explain/explain.ts';
import type { ApproveView, Question } from '../model.ts';
import { Permissions } from '../permissions/permissions.ts';
import type { Person } from '../session/entry.ts';
import { firstSettings, keptSettings } from '../settings.ts';
import { Store } from '../store.ts';
import { fakeChain } from './chain.ts';

const privateKey = `0x${'11'.repeat(32)}` as const;
export const account = privateKeyToAccount(privateKey);
const site = 'https://app.example';

/** Signs as the parties together would, by another implementation: what comes back is verified by viem. */
const person: Person = {
  address: account.address,
  email: 'ada@example.com',
  notices: [],
  sign: async (intent) => {
    const { r, s, yParity } = await sign({ hash: `0x${toHex(digest(intent))}`, privateKey });
    const compact = fromHex(`${r.slice(2)}${s.slice(2)}`);
    const assembled = assemble(intent, { compact, recovery: yParity === 1 ? 1 : 0 });
    return { ...assembled, others: [], alarm: null };
  },
};

/** One site at the wallet, with a person who answers every question as told, and everything that was shown to them. */
export function testSite(origin: string = site) {
  const storage = new MemoryStorage();
  const lock = chainLock();
  const clock = { now: Date.parse('2026-01-02T03:04:05Z') };
  const now = () => clock.now;
  const questions: Question[] = [];
  const settings = firstSettings;
  const progress = { step: 'loading' } as const;
  const view = new Store<ApproveView>({
    surface: 'window',
    progress,
    app: null,
    development: true,
    release: null,
    settings,
  });
  const desk = new Desk(view, () => null);
  const told = { choice: 'approve' as 'approve' | 'reject' | 'wait', signedIn: true };
  view.subscribe(({ progress: shown }) => {
    if (shown.step !== 'ask' || shown.busy) return;
    questions.push(shown.question);
    // After the desk has begun to listen.
    queueMicrotask(() =>
      told.choice === 'approve' ? desk.approve() : told.choice === 'reject' ? desk.reject() : undefined,
    );
  });
  const chain = fakeChain();
  const chains = new Chains([chain.chain, chain.second]);
  const asking: Asking = {
    app: { origin, name: null, icon: null },
    registered: false,
    chains,
    permissions: new Permissions(storage, lock),
    activity: new ActivityLog(storage, lock),
    settings: keptSettings(storage, lock),
    bundles: new CallBundles(storage, lock),
    explain: explainer(async () => null, now),
    attention: new Attention(origin, desk, { storage, lock }, now),
    desk,
    nonceTurn: nonceTurns(lock),
    now,
    person: async () => person,
    personIfAny: async () => (told.signedIn ? person : null),
  };
  const ask = (method: WalletMethod, params: unknown, more: Partial<DappRequest> & { signal?: AbortSignal } = {}) => {
    const { signal = new AbortController().signal, ...rest } = more;
    const request = { id: 'one', method, params, chainId: '0x7a69', deadline: now() + 60_000, ...rest };
    return answer(asking, request, signal);
  };
  const connect = () => ask('eth_requestAccounts', []);
  return { ask, connect, asking, questions, told, clock, chain, desk, view };
}
