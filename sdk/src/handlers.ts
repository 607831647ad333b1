import { callsStatus, capabilities, checkBatch, findCalls } from './calls.ts';
import { refusal } from './errors.ts';
import { chainOf, onlyObject, onlyString, signerOf } from './params.ts';
import { isObject } from './plain.ts';
import { recover } from './recover.ts';
import * as results from './results.ts';
import type { Session } from './session.ts';
import { isAddress } from './wire.ts';

/** Answers one method. What it asks of the person, it asks before it awaits anything: the click is over after that. */
export type Handler = (params: unknown, method: string) => unknown;

/** Every method that is not a plain read of a chain. `invoker`: this page's origin. */
export function createHandlers(session: Session, invoker: string | undefined): ReadonlyMap<string, Handler> {
  const { memory, chains, currentChain, knownChain, askWallet, mustBeConnected, connectTo } = session;

  let connecting: Promise<readonly string[]> | null = null;
  async function connect(): Promise<readonly string[]> {
    const accounts = results.accountsResult(await askWallet('eth_requestAccounts', []));
    await connectTo(accounts);
    return accounts;
  }

  /** EIP-1102. Asked twice at once, the person is asked once. */
  function requestAccounts(): readonly string[] | Promise<readonly string[]> {
    if (memory.now.accounts.length > 0) return [...memory.now.accounts];
    connecting ??= connect().finally(() => {
      connecting = null;
    });
    return connecting;
  }

  /** ERC-7846. */
  async function walletConnect(params: unknown): Promise<results.Connected> {
    const { accounts } = memory.now;
    if (accounts.length > 0 && !wantsCapabilities(params)) {
      return { accounts: accounts.map((address) => ({ address, capabilities: {} })) };
    }
    const connected = results.connectResult(await askWallet('wallet_connect', params));
    await connectTo(connected.accounts.map((account) => account.address));
    return connected;
  }

  /** EIP-2255. */
  async function requestPermissions(params: unknown): Promise<unknown> {
    if (Object.keys(onlyObject(params)).length === 0) throw refusal('params-invalid', 'No permission is named.');
    const { granted, accounts } = results.permissionsResult(await askWallet('wallet_requestPermissions', params));
    await connectTo(accounts);
    return granted;
  }

  function getPermissions(): object[] {
    const { accounts } = memory.now;
    const caveats = [{ type: 'restrictReturnedAccounts', value: [...accounts] }];
    return accounts.length === 0 ? [] : [{ parentCapability: 'eth_accounts', invoker, caveats }];
  }

  function disconnect(): null {
    session.disconnect();
    return null;
  }

  const signs =
    (read: (result: unknown) => string): Handler =>
    async (params, method) => {
      mustBeConnected(signerOf(method, params));
      return read(await askWallet(method, params));
    };

  /**
   * EIP-3326 and EIP-3085. A chain of the operator's list is there already, so that adding it is a wish to be on it; any other can't
   * be added: a page must not choose the node that tells a person their balance.
   */
  async function goToChain(params: unknown, method: string): Promise<null> {
    const chainId = chainOf(params);
    if (chains.knows(chainId) === false) throw refusal('chain-not-offered');
    if (knownChain() === chainId) return null;
    results.nullResult(await askWallet(method, params));
    memory.set({ chainId });
    return null;
  }

  /** EIP-747: one object, which some pages wrap into a list. */
  async function watchAsset(params: unknown): Promise<true> {
    const asset = Array.isArray(params) ? onlyObject(params) : params;
    if (!isObject(asset) || typeof asset['type'] !== 'string' || !isObject(asset['options'])) {
      throw refusal('params-invalid', 'Expected {type, options}.');
    }
    return results.trueResult(await askWallet('wallet_watchAsset', asset));
  }

  function getCapabilities(params: unknown): Promise<object> {
    const [address, wanted] = Array.isArray(params) ? (params as unknown[]) : [];
    if (!isAddress(address) || (wanted !== undefined && !isStrings(wanted))) {
      throw refusal('params-invalid', 'Expected [address, chains].');
    }
    mustBeConnected(address);
    return capabilities(chains, wanted);
  }

  async function sendCalls(params: unknown): Promise<results.Sent> {
    const batch = onlyObject(params);
    const count = checkBatch(batch, chains, memory.now.calls);
    const { from, chainId } = batch;
    if (from !== undefined && !isAddress(from)) throw refusal('params-invalid', 'from has to be an address.');
    mustBeConnected(from);
    const { sent, hashes } = results.sentResult(await askWallet('wallet_sendCalls', params));
    const on = typeof chainId === 'string' ? chainId.toLowerCase() : await currentChain();
    memory.set({ calls: [...memory.now.calls, { id: sent.id, chainId: on, hashes, count }] });
    return sent;
  }

  /** From the chain, since asking a wallet that is not open would open a window at every poll. */
  function getCallsStatus(params: unknown): Promise<unknown> {
    const sent = findCalls(onlyString(params), memory.now);
    if (sent === null) throw refusal('calls-unknown');
    return sent.hashes.length > 0 ? callsStatus(sent, chains) : askWallet('wallet_getCallsStatus', params);
  }

  async function showCallsStatus(params: unknown): Promise<null> {
    if (findCalls(onlyString(params), memory.now) === null) throw refusal('calls-unknown');
    return results.nullResult(await askWallet('wallet_showCallsStatus', params));
  }

  return new Map<string, Handler>([
    ['eth_accounts', () => [...memory.now.accounts]],
    ['eth_coinbase', () => memory.now.accounts[0] ?? null],
    ['eth_chainId', currentChain],
    ['net_version', async () => String(Number(await currentChain()))],
    ['eth_requestAccounts', requestAccounts],
    ['wallet_connect', walletConnect],
    ['wallet_disconnect', disconnect],
    ['wallet_requestPermissions', requestPermissions],
    ['wallet_getPermissions', getPermissions],
    ['wallet_revokePermissions', (params) => ('eth_accounts' in onlyObject(params) ? disconnect() : null)],
    ['personal_sign', signs(results.signatureResult)],
    ['personal_ecRecover', async (params) => recover(chains, await currentChain(), params)],
    ['eth_signTypedData_v4', signs(results.signatureResult)],
    ['eth_sendTransaction', signs(results.hashResult)],
    ['eth_signTransaction', signs(results.rawResult)],
    ['wallet_switchEthereumChain', goToChain],
    ['wallet_addEthereumChain', goToChain],
    ['wallet_watchAsset', watchAsset],
    ['wallet_getCapabilities', getCapabilities],
    ['wallet_sendCalls', sendCalls],
    ['wallet_getCallsStatus', getCallsStatus],
    ['wallet_showCallsStatus', showCallsStatus],
    [
      'eth_sign',
      () => {
        throw refusal('eth-sign-refused');
      },
    ],
  ]);
}

function wantsCapabilities(params: unknown): boolean {
  const first: unknown = Array.isArray(params) ? params[0] : undefined;
  const asked = isObject(first) ? first['capabilities'] : undefined;
  return isObject(asked) && Object.keys(asked).length > 0;
}

function isStrings(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string');
}
