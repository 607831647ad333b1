import type { ComponentChildren } from 'preact';

interface Props {
  /** What it does, the same in every language: for style and tests. */
  action: string;
  /** Nothing for a button that submits its form. */
  onPress?: () => void;
  look?: 'first' | 'danger' | 'held' | 'plain' | 'quiet';
  /** Under way: a second press does nothing. */
  busy?: boolean;
  /** Present but not to be pressed yet; a press calls `onTooEarly`, so that a keyboard still finds it and learns why. */
  held?: boolean;
  onTooEarly?: () => void;
  label?: string;
  submits?: boolean;
  children: ComponentChildren;
}

/** At least 44 px high; stays in the tab order even when it can't be pressed, since a control that vanishes can't explain itself. */
export function Button({ action, onPress, look = 'plain', busy, held, onTooEarly, label, submits, children }: Props) {
  const off = busy === true || held === true;
  const press = () => {
    if (!off) onPress?.();
    else if (held === true) onTooEarly?.();
  };
  return (
    <button
      class={`button ${look}`}
      type={submits ? 'submit' : 'button'}
      data-action={action}
      aria-disabled={off}
      aria-busy={busy === true}
      aria-label={label}
      onClick={press}
    >
      {busy && <span class="spinner" aria-hidden="true" />}
      {children}
    </button>
  );
}
