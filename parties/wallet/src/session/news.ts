/** What one page of the wallet tells the others of the same storage: that something changed, never what it is. */
type News = 'signed-in' | 'signed-out' | 'changed';

export interface Newsroom {
  tell: (news: News) => void;
  listen: (heard: (news: News) => void) => () => void;
}

/** Over a BroadcastChannel, which reaches only pages of this origin in this partition. */
export function broadcastNews(name: string): Newsroom {
  const channel = new BroadcastChannel(name);
  return {
    tell: (news) => channel.postMessage(news),
    listen: (heard) => {
      const listener = ({ data }: MessageEvent<unknown>) => {
        if (data === 'signed-in' || data === 'signed-out' || data === 'changed') heard(data);
      };
      channel.addEventListener('message', listener);
      return () => channel.removeEventListener('message', listener);
    },
  };
}
