import assert from 'node:assert/strict';
import { test } from 'node:test';
import { deviceName } from './deviceName.ts';

test('a device is named after browser and system', () => {
  const mozilla = 'Mozilla/5.0';
  const names = {
    [`${mozilla} (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/120.0 Safari/537.36`]:
      'Chrome on Linux',
    [`${mozilla} (Windows NT 10.0) AppleWebKit/537.36 Chrome/120.0 Safari/537.36 Edg/120.0`]: 'Edge on Windows',
    [`${mozilla} (iPhone; CPU iPhone OS 17_0 like Mac OS X) Version/17.0 Mobile Safari/604.1`]: 'Safari on iOS',
    [`${mozilla} (Macintosh; Intel Mac OS X 10.15; rv:120.0) Gecko/20100101 Firefox/120.0`]: 'Firefox on macOS',
    '': 'Browser on another system',
  };
  for (const [userAgent, name] of Object.entries(names)) assert.equal(deviceName(userAgent), name);
});
