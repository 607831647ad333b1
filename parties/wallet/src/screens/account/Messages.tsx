import type { AccountView, Notice } from '../../model.ts';
import type { AccountActions } from '../../store.ts';
import type { Language } from '../../words/language.ts';
import { useLanguage } from '../context.ts';
import { ProblemCode } from '../entry/ProblemScreen.tsx';
import { sentenceOf } from '../entry/problemWords.ts';
import { Button } from '../pieces/Button.tsx';
import { Icon } from '../pieces/Icon.tsx';

/** What the person has to know before anything else in their account. */
export function Messages({
  view,
  alarm,
  actions,
}: {
  view: AccountView;
  alarm: string | null;
  actions: AccountActions;
}) {
  const language = useLanguage();
  const { words } = language;
  return (
    <>
      {alarm !== null && (
        <div class="danger-box" role="alert">
          <p>
            <Icon name="danger" />
            <span>
              <strong>{words.account.alarm}.</strong> {words.account.alarmLead} <bdi class="code-text">{alarm}</bdi>
            </span>
          </p>
        </div>
      )}
      {view.failed !== null && (
        <div class="danger-box" role="alert" data-problem={view.failed.code}>
          <p>
            <Icon name="danger" />
            <span>{sentenceOf(view.failed, words)}</span>
          </p>
          <ProblemCode code={view.failed.code} />
        </div>
      )}
      {view.notices.length > 0 && (
        <div class="notices" role="status">
          {view.notices.map((notice) => (
            <p key={JSON.stringify(notice)}>
              <Icon name="note" />
              <span>{noticeText(notice, language)}</span>
            </p>
          ))}
          <Button action="dismiss" look="quiet" onPress={actions.dismissNotices}>
            {words.account.dismiss}
          </Button>
        </div>
      )}
    </>
  );
}

function noticeText(notice: Notice, { words: { account }, date }: Language): string {
  switch (notice.what) {
    case 'made':
      return account.noticeMade(notice.how, date(notice.at));
    case 'device-added':
      return account.noticeAdded(notice.name);
    case 'device-revoked':
      return account.noticeRevoked;
  }
}
