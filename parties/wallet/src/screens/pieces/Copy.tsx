import { useEffect, useRef, useState } from 'preact/hooks';
import { useLanguage, useSay } from '../context.ts';
import { Icon } from './Icon.tsx';

/** Copies `text`, and says so; `compact` shows the sign only. Where the browser forbids it, shows the text selected instead. */
export function Copy({ text, label, compact }: { text: string; label?: string; compact?: boolean }) {
  const { words } = useLanguage();
  const say = useSay();
  const [state, setState] = useState<'ready' | 'copied' | 'forbidden'>('ready');
  useEffect(() => {
    if (state !== 'copied') return;
    const timer = setTimeout(() => setState('ready'), 2_000);
    return () => clearTimeout(timer);
  }, [state]);

  const copy = () => {
    navigator.clipboard.writeText(text).then(
      () => {
        setState('copied');
        say(words.copied);
      },
      () => setState('forbidden'),
    );
  };
  if (state === 'forbidden') return <Selected text={text} />;
  return (
    <button class={compact ? 'button quiet compact' : 'button quiet'} type="button" data-action="copy" onClick={copy}>
      <Icon name={state === 'copied' ? 'check' : 'copy'} />
      <span class={compact ? 'unseen' : undefined}>{state === 'copied' ? words.copied : (label ?? words.copy)}</span>
    </button>
  );
}

function Selected({ text }: { text: string }) {
  const { words } = useLanguage();
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => {
    field.current?.focus();
    field.current?.select();
  }, []);
  return (
    <label class="field">
      <span>{words.copyFailed}</span>
      <input ref={field} readOnly dir="ltr" value={text} />
    </label>
  );
}
