import { dialogApp, documentOf } from './pageRelease.ts';

/** HTTP headers, names in lower case. */
export type HeaderFields = Readonly<Record<string, string>>;

/** Features of the browser that no page of the wallet uses; nor may a script that got into one. */
const closed = [
  'accelerometer',
  'autoplay',
  'bluetooth',
  'browsing-topics',
  'camera',
  'display-capture',
  'encrypted-media',
  'fullscreen',
  'gamepad',
  'geolocation',
  'gyroscope',
  'hid',
  'identity-credentials-get',
  'idle-detection',
  'local-fonts',
  'magnetometer',
  'microphone',
  'midi',
  'otp-credentials',
  'payment',
  'picture-in-picture',
  'screen-wake-lock',
  'serial',
  'storage-access',
  'usb',
  'web-share',
  'window-management',
  'xr-spatial-tracking',
];
const own = ['clipboard-write', 'publickey-credentials-create', 'publickey-credentials-get'];
const permissions = [...closed.map((name) => `${name}=()`), ...own.map((name) => `${name}=(self)`)].join(', ');

/** Of `files` only this one may be read by every site: it says where the wallet works, and nothing about anybody. */
const publicFile = '/chains.json';

/**
 * The security headers of every answer at the wallet's origin, whatever its status. `connect`: the release's own list. `frames`:
 * origins whose pages may embed the dialog at this address, from the registry; ignored elsewhere, and none where it is empty.
 */
export function pageHeaders(pathname: string, connect: readonly string[], frames: readonly string[]): HeaderFields {
  const embedding = dialogApp(pathname) === null || frames.length === 0 ? "'none'" : frames.join(' ');
  const open = pathname === publicFile;
  return {
    'content-security-policy': [
      "default-src 'none'",
      "script-src 'self'",
      "style-src 'self'",
      "img-src 'self' data:",
      `connect-src ${["'self'", ...connect].join(' ')}`,
      "worker-src 'self'",
      `frame-ancestors ${embedding}`,
      "base-uri 'none'",
      "form-action 'none'",
      "require-trusted-types-for 'script'",
      'trusted-types symbolon-worker',
    ].join('; '),
    // The window that a dApp opens talks to its opener; every other top-level page has nothing to do with one.
    'cross-origin-opener-policy': documentOf(pathname) === '/approve.html' ? 'unsafe-none' : 'same-origin',
    'cross-origin-resource-policy': open ? 'cross-origin' : 'same-origin',
    ...(open ? { 'access-control-allow-origin': '*' } : {}),
    'permissions-policy': permissions,
    'referrer-policy': 'no-referrer',
    'x-content-type-options': 'nosniff',
  };
}

/** How long an answer may be kept: what has its hash in its name for ever; everything else is asked for again each time. */
export const pageCaching = (filePath: string): string =>
  filePath.startsWith('/assets/') || filePath.startsWith('/descriptors/')
    ? 'public, max-age=31536000, immutable'
    : 'no-cache';
