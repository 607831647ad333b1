import type { Activity as Entry } from '../../model.ts';
import { sentenceLine } from '../ask/sentence.tsx';
import { useLanguage } from '../context.ts';
import { Heading } from '../pieces/Heading.tsx';
import { Icon } from '../pieces/Icon.tsx';
import { Origin } from '../pieces/Origin.tsx';

const icons = { signed: 'check', sent: 'away', rejected: 'cross', failed: 'danger' } as const;

export function Activity({ activity }: { activity: Entry[] }) {
  const language = useLanguage();
  const { words, dateTime } = language;
  const w = words.activity;
  return (
    <>
      <Heading>{w.heading}</Heading>
      {activity.length === 0 && <p class="lead">{w.empty}</p>}
      <ul class="rows">
        {activity.map((entry) => (
          <li key={`${entry.at} ${entry.app} ${entry.hash}`} class="entry" data-outcome={entry.outcome}>
            <p class="what">{sentenceLine(entry.sentence, language)}</p>
            <p class="hint">
              <span class={`state ${entry.outcome}`}>
                <Icon name={icons[entry.outcome]} />
                {w[entry.outcome]}
              </span>
              <time dateTime={new Date(entry.at).toISOString()}>{dateTime(entry.at)}</time>
              <Origin>{entry.app}</Origin>
            </p>
            {entry.explorerUrl !== null && (
              <a class="link" href={entry.explorerUrl} target="_blank" rel="noopener noreferrer">
                {w.explorer}
                <span class="unseen"> ({words.opensNewWindow})</span>
              </a>
            )}
          </li>
        ))}
      </ul>
    </>
  );
}
