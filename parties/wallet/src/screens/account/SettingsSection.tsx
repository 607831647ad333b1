import { useId } from 'preact/hooks';
import type { Settings } from '../../model.ts';
import type { AccountActions } from '../../store.ts';
import { languageNames } from '../../words/language.ts';
import { useLanguage } from '../context.ts';
import { Button } from '../pieces/Button.tsx';
import { Heading } from '../pieces/Heading.tsx';
import { Text } from '../pieces/Text.tsx';

const themes = ['system', 'light', 'dark'] as const;

interface Props {
  settings: Settings;
  email: string | null;
  actions: AccountActions;
}

export function SettingsSection({ settings, email, actions }: Props) {
  const { words } = useLanguage();
  const w = words.settings;
  const hint = useId();
  return (
    <>
      <Heading>{w.heading}</Heading>
      <section class="panel">
        <label class="field">
          <span>{w.language}</span>
          <select
            name="language"
            value={settings.language ?? ''}
            onChange={(event) => actions.change({ language: event.currentTarget.value || null })}
          >
            <option value="">{w.browserLanguage}</option>
            {Object.entries(languageNames).map(([code, name]) => (
              <option key={code} value={code} lang={code}>
                {name}
              </option>
            ))}
          </select>
        </label>
        <fieldset>
          <legend>{w.theme}</legend>
          <div class="segments">
            {themes.map((theme) => (
              <label key={theme}>
                <input
                  type="radio"
                  name="theme"
                  value={theme}
                  checked={settings.theme === theme}
                  onChange={() => actions.change({ theme })}
                />
                <span>{w[theme]}</span>
              </label>
            ))}
          </div>
        </fieldset>
      </section>
      <section class="panel">
        <h2>{w.apps}</h2>
        <label class="tick">
          <input
            type="checkbox"
            role="switch"
            aria-checked={settings.signTransactions}
            name="sign-transactions"
            checked={settings.signTransactions}
            aria-describedby={hint}
            onChange={(event) => actions.change({ signTransactions: event.currentTarget.checked })}
          />
          <span>{w.signTransactions}</span>
        </label>
        <p id={hint} class="hint">
          {w.signTransactionsHint}
        </p>
      </section>
      <section class="panel">
        {email !== null && (
          <p>
            {w.signedInAs} <Text class="name">{email}</Text>
          </p>
        )}
        <p class="hint">{w.signOutHint}</p>
        <Button action="sign-out" onPress={actions.signOut}>
          {words.signOut}
        </Button>
      </section>
    </>
  );
}
