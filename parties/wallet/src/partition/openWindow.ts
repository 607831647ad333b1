import { readySchema } from '@symbolon/protocol/dapp';
import * as v from 'valibot';
import type { HandOver } from './handOver.ts';

/** Opens the wallet's own window from the dialog. Called in the click; null where the browser does not allow it. */
export function openOwnWindow(fragment: '' | '#partition'): Window | null {
  return window.open(`/approve${fragment}`, '_blank', 'popup,width=420,height=700');
}

/** Waits for `ready` of exactly this window and hands over; resolves with the port, or null where the window was closed. */
export function meetWindow(opened: Window, handOver: HandOver): Promise<MessagePort | null> {
  return new Promise((resolve) => {
    const watch = setInterval(() => {
      if (opened.closed) done(null);
    }, 500);
    const heard = (event: MessageEvent<unknown>) => {
      if (event.source !== opened || event.origin !== location.origin || !v.is(readySchema, event.data)) return;
      const { port1, port2 } = new MessageChannel();
      opened.postMessage(handOver, location.origin, [port2]);
      done(port1);
    };
    const done = (port: MessagePort | null) => {
      clearInterval(watch);
      removeEventListener('message', heard);
      resolve(port);
    };
    addEventListener('message', heard);
  });
}
