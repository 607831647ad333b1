import type { ReleaseAlarm } from '../worker/news.ts';
import { useLanguage } from './context.ts';
import { Button } from './pieces/Button.tsx';
import { Icon } from './pieces/Icon.tsx';

/** What is wrong with the page itself, above everything that it shows. An old page that still serves is no danger. */
export function ReleaseNotice({ alarm, onReload }: { alarm: ReleaseAlarm; onReload: () => void }) {
  const { words } = useLanguage();
  const grave = alarm !== 'release-refused';
  return (
    <section class={grave ? 'release grave' : 'release'} role={grave ? 'alert' : 'status'} data-release={alarm}>
      <Icon name={grave ? 'danger' : 'note'} />
      <div>
        <p>{words.release[alarm]}</p>
        {alarm === 'release-withdrawn' && (
          <Button action="reload" onPress={onReload}>
            {words.release.reload}
          </Button>
        )}
      </div>
    </section>
  );
}
