import { createDevnet } from '../../devnet/src/index.ts';
import { Oidc, Session, WalletClient, EvmAccount, JsonRpc, fetchTransport, MemoryStorage, evmAddress } from './src/index.ts';
import { signInByEmail, FileStorage, fileDeviceKey, fileLock, nativeCrypto, keepAliveTransport, ephemeralDeviceKey } from './src/node/index.ts';
import { thumbprint } from '@symbolon/protocol';
import { toBase64url, Secret } from '@symbolon/crypto';
import { rmSync } from 'node:fs';

rmSync('/tmp/clientsmoke/home', { recursive: true, force: true });
rmSync('/tmp/clientsmoke/dev', { recursive: true, force: true });
await using net = await createDevnet({ home: '/tmp/clientsmoke/home', ports: 'free', fresh: false, onProgress: (p) => console.log(JSON.stringify(p).slice(0, 160)) });
const { deployment } = net;

async function codeFor(email: string, after: number, re: RegExp) {
  for (let i = 0; i < 100; i++) {
    const list = await (await fetch(`${net.urls.mailbox}/api/messages?to=${encodeURIComponent(email)}`)).json() as any[];
    for (const m of list) { const c = re.exec(m.text); if (c && m.id > after) return c[1]!; }
    await new Promise((r) => setTimeout(r, 100));
  }
  throw new Error('no mail');
}
async function device(name: string, email: string, opts: any = {}) {
  const storage = opts.storage ?? new MemoryStorage();
  const key = opts.key ?? ephemeralDeviceKey();
  const oidc = new Oidc({ issuer: deployment.issuers[0]!, fetch, timeout: 10_000 });
  const session = new Session(oidc, toBase64url(thumbprint(key.point)), deployment.id, storage, opts.lock ?? ((_n: string, w: any) => w()), Date.now);
  const before = (await (await fetch(`${net.urls.mailbox}/api/messages?to=${encodeURIComponent(email)}`)).json() as any[]).reduce((m, x) => Math.max(m, x.id), 0);
  const t = performance.now();
  const claims = await signInByEmail({ session, email, readCode: async () => codeFor(email, before, /sign-in code is: (\d{6})/) });
  console.log('signed in', claims, Math.round(performance.now() - t), 'ms');
  const client = new WalletClient({ deployment, storage, key, tokens: session, name, origin: 'symbolon-cli', ...opts.client, observe: opts.observe });
  return { client, session, storage, key };
}
const hops: Record<string, number[]> = {};
const observe = (h: string, ms: number) => { (hops[h] ??= []).push(ms); };
const storage = await FileStorage.open('/tmp/clientsmoke/dev');
const key = await fileDeviceKey('/tmp/clientsmoke/dev/device.key');
const lock = fileLock('/tmp/clientsmoke/dev');
const ka = keepAliveTransport();
const a = await device('laptop', 'alice@example.com', { storage, key, lock, observe, client: { crypto: nativeCrypto, transport: ka.transport, lock } });
console.log((await a.client.open()).status);
let t = performance.now();
const created = await a.client.create();
console.log('created', created.created, evmAddress(created.wallet), created.alarm, Math.round(performance.now() - t), 'ms');
console.log(await a.client.create().then((c) => ['again', c.created, evmAddress(c.wallet)]));
const rpc = new JsonRpc(net.urls.chain, fetchTransport(fetch), 10_000);
const account = new EvmAccount(a.client, rpc);
await rpc.call('anvil_setBalance', [await account.address(), '0xde0b6b3a7640000']);
t = performance.now();
const sent = await account.send({ to: '0x000000000000000000000000000000000000dEaD', value: 10n ** 15n });
console.log('sent', sent.hashText, sent.alarm, sent.others.length, Math.round(performance.now() - t), 'ms');
console.log(await account.waitForReceipt(sent.hashText));
// many
t = performance.now();
for (let i = 0; i < 50; i++) await account.signMessage(`hello ${i}`);
console.log('50 sequential', (performance.now() - t) / 50, 'ms each');
t = performance.now();
const many = await Promise.all(Array.from({ length: 50 }, (_, i) => account.signMessage(`conc ${i}`)));
console.log('50 concurrent', (performance.now() - t) / 50, 'ms each', many.filter((m) => m.alarm).length, 'alarms', many.map((m) => m.others.length).join(''));
console.log((await a.client.receipts()).receipts.length);
// library crypto device B by approval
const b = await device('phone', 'alice@example.com', {});
const ob = await b.client.open();
console.log('B', ob.status, ob.status === 'not-enrolled' ? ob.made : null);
const req = a.client.readRequest(b.client.requestText());
await a.client.approve(req.key, 'phone');
const ob2 = await b.client.open();
console.log('B', ob2.status, ob2.status === 'ready' ? [ob2.made, ob2.news.length] : null);
t = performance.now();
const sb = await new EvmAccount(b.client, rpc).signMessage('from phone');
console.log('B signed', sb.alarm, 'others', sb.others.length, Math.round(performance.now() - t), 'ms');
const sa = await account.signMessage('from laptop after');
console.log('A others', sa.others.length, sa.alarm);
// C by mail
const c = await device('tablet', 'alice@example.com', {});
console.log('C', (await c.client.open()).status);
const before = (await (await fetch(`${net.urls.mailbox}/api/messages?to=alice@example.com`)).json() as any[]).reduce((m, x) => Math.max(m, x.id), 0);
console.log('expires', await c.client.requestMailCode() - Date.now());
const code = await codeFor('alice@example.com', before, /Your code: (\d{8})/);
await c.client.joinByMail('00000000').catch((e) => console.log('wrong code:', e.code, e.reason, e.message, e.hint));
console.log('joined', (await c.client.joinByMail(code)).made);
console.log((await c.client.devices()).map((d) => [d.name, d.how, d.check, d.thisOne]));
console.log('A sign after change', (await account.signMessage('x')).alarm);
await a.client.revoke(thumbprint(b.key.point));
await new EvmAccount(b.client, rpc).signMessage('revoked').catch((e) => console.log('revoked:', e.code, e.reason, e.message));
// signer restart
await net.restart('signer');
console.log('after signer restart', (await account.signMessage('y')).alarm);
await net.restart('cloud');
console.log('after cloud restart', (await account.signMessage('z')).alarm);
await net.restart('kms');
console.log('after kms restart', (await account.signMessage('z')).alarm);
// import
const d = await device('d', 'dave@example.com', { client: { crypto: nativeCrypto } });
const k = Secret.alloc(32); k.expose().fill(7);
const imp = await d.client.importKey('secp256k1', k);
console.log('imported', evmAddress(imp.wallet), imp.alarm);
await d.client.importKey('ed25519', Secret.random(32)).catch((e) => console.log(e.code, e.message));
// refresh
for (const [h, v] of Object.entries(hops)) console.log(h, v.length, (v.reduce((x, y) => x + y, 0) / v.length).toFixed(2));
const renewed = await (a.session as any);
await a.session.end();
await a.session.token().catch((e) => console.log(e.code));
ka.close();
