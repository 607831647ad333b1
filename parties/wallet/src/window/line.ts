/** A two-way line to one dApp's page, whatever carries it. */
export interface Line {
  send: (message: unknown) => void;
  /** Called once; messages that came before are kept for it. */
  listen: (heard: (message: unknown) => void) => void;
  close: () => void;
}

/** A transferred MessagePort as a line. */
export function portLine(port: MessagePort): Line {
  return {
    send: (message) => port.postMessage(message),
    listen: (heard) => {
      port.onmessage = (event: MessageEvent<unknown>) => heard(event.data);
    },
    close: () => port.close(),
  };
}
