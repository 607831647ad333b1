import { useLanguage } from '../context.ts';

/** An origin as the browser says it: in ASCII (a look-alike of another alphabet shows as xn--), whole, left to right. */
export function Origin({ children: origin }: { children: string }) {
  const split = origin.indexOf('://') + 3;
  return (
    <bdi class="origin" dir="ltr" translate={false}>
      <span class="scheme">{origin.slice(0, split)}</span>
      <span class="host">{origin.slice(split)}</span>
    </bdi>
  );
}

/** The host of an origin, where the whole of it stands beside. */
export function Host({ of }: { of: string }) {
  return (
    <bdi class="host" dir="ltr" translate={false}>
      {new URL(of).host}
    </bdi>
  );
}

/** What to know about an origin's own name. */
export function OriginRemarks({ origin }: { origin: string }) {
  const { words } = useLanguage();
  const { protocol, hostname } = new URL(origin);
  const local = hostname === 'localhost' || hostname.endsWith('.localhost') || /^(127\.|\[::1\]$)/.test(hostname);
  return (
    <>
      {hostname.split('.').some((label) => label.startsWith('xn--')) && (
        <p class="remark">{words.ask.unusualLetters}</p>
      )}
      {protocol === 'http:' && !local && <p class="remark">{words.ask.insecure}</p>}
    </>
  );
}
