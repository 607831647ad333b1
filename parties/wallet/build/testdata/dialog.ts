import { watchRelease } from '../../src/worker/register.ts';
import { show } from './shared.ts';

show('dialog');
watchRelease(show);
// For tests alone: says that this document runs where it is framed, and whether the service worker brought it.
const [navigation] = performance.getEntriesByType('navigation') as PerformanceNavigationTiming[];
const brought = (navigation?.workerStart ?? 0) > 0 ? 'by the worker' : 'by the host';
setInterval(() => parent.postMessage(brought, '*'), 100);
