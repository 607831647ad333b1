import type { App } from '../../model.ts';
import { useLanguage } from '../context.ts';
import { Origin, OriginRemarks } from '../pieces/Origin.tsx';
import { Text } from '../pieces/Text.tsx';

/** Who asks: the origin first, since only that is the browser's own word. */
export function AppBadge({ app }: { app: App }) {
  const { words } = useLanguage();
  return (
    <section class="app" aria-label={words.ask.from} data-origin={app.origin}>
      <AppIcon app={app} />
      <div>
        <Origin>{app.origin}</Origin>
        {app.name === null ? (
          <p class="unknown">{words.ask.notRegistered}</p>
        ) : (
          <Text class="app-name">{app.name}</Text>
        )}
        <OriginRemarks origin={app.origin} />
      </div>
    </section>
  );
}

export function AppIcon({ app: { icon, origin } }: { app: App }) {
  if (icon !== null) return <img class="app-icon" src={icon} alt="" width={44} height={44} />;
  return (
    <span class="app-icon" aria-hidden="true">
      {new URL(origin).hostname.charAt(0)}
    </span>
  );
}
