/** One thing that was asked of the wallet, as the page was told how it ended. */
export interface Call {
  name: string;
  ended: boolean;
  /** As JSON would carry it. */
  result?: unknown;
  error?: { code: unknown; reason: unknown; message: string };
}

declare global {
  interface Window {
    /** For the test, which reads it from outside. */
    calls: Call[];
  }
}

window.calls = [];

/** Writes down how `work` ends, and changes nothing of it: what it does first still happens in the click. */
export async function record<T>(name: string, work: () => Promise<T>): Promise<T> {
  const call: Call = { name, ended: false };
  window.calls.push(call);
  try {
    const result = await work();
    call.result = plain(result);
    return result;
  } catch (error) {
    call.error = wordsOf(error);
    throw error;
  } finally {
    call.ended = true;
  }
}

/** Libraries wrap what a provider rejected with: what the provider said lies at the bottom. */
function wordsOf(error: unknown): { code: unknown; reason: unknown; message: string } {
  let at = error as Wrapped;
  const { message = String(error) } = at;
  // viem's and wagmi's `cause`, ethers' `info.error`.
  for (let inner = at; inner !== undefined; inner = (at.cause ?? at.info?.error) as Wrapped) at = inner;
  return { code: at.code, reason: at.reason, message };
}

interface Wrapped {
  code?: unknown;
  reason?: unknown;
  message?: string;
  cause?: unknown;
  info?: { error?: unknown };
}

function plain(value: unknown): unknown {
  const text = JSON.stringify(value, (_key, one: unknown) => (typeof one === 'bigint' ? String(one) : one));
  return text === undefined ? null : JSON.parse(text);
}
