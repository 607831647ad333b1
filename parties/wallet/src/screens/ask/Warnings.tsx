import { useId } from 'preact/hooks';
import type { Warning } from '../../model.ts';
import type { Words } from '../../words/en.ts';
import type { Piece } from '../../words/line.ts';
import { useLanguage } from '../context.ts';
import { Address, PartyName } from '../pieces/Address.tsx';
import { Icon } from '../pieces/Icon.tsx';
import { Text } from '../pieces/Text.tsx';

export type Danger = Extract<Warning, { level: 'danger' }>;
export type Caution = Extract<Warning, { level: 'caution' }>;

export function isDanger(warning: Warning): warning is Danger {
  return warning.level === 'danger';
}

export function isCaution(warning: Warning): warning is Caution {
  return warning.level === 'caution';
}

/** A danger, and the tick without which nothing is approved. */
export function DangerBox({
  danger,
  ticked,
  onTick,
}: {
  danger: Danger;
  ticked: boolean;
  onTick: (ticked: boolean) => void;
}) {
  const { words } = useLanguage();
  const text = useId();
  return (
    <div class="danger-box" data-danger={danger.what}>
      <p id={text}>
        <Icon name="danger" />
        <span>
          <strong>{words.danger.label}.</strong> {dangerText(danger, words)}
        </span>
      </p>
      <label class="tick">
        <input
          type="checkbox"
          checked={ticked}
          aria-describedby={text}
          data-action="acknowledge"
          onChange={(event) => onTick(event.currentTarget.checked)}
        />
        <span>{words.ask.acknowledge}</span>
      </label>
    </div>
  );
}

export function Cautions({ cautions }: { cautions: Caution[] }) {
  const { words } = useLanguage();
  if (cautions.length === 0) return null;
  return (
    <ul class="cautions" aria-label={words.caution.label}>
      {cautions.map(({ what }) => (
        <li key={what} data-caution={what}>
          <Icon name="note" />
          <span>{words.caution[what]}</span>
        </li>
      ))}
    </ul>
  );
}

function dangerText(danger: Danger, { danger: say }: Words): Piece {
  switch (danger.what) {
    case 'unlimited-allowance':
      return say.unlimitedAllowance(<PartyName party={danger.spender} />);
    case 'permit':
      return say.permit(<PartyName party={danger.spender} />);
    case 'allow-all':
      return say.allowAll(<PartyName party={danger.operator} />);
    case 'sign-in-domain':
      return say.signInDomain(<Text class="host">{danger.said}</Text>, <Text class="host">{danger.asking}</Text>);
    case 'sign-in-address':
      return say.signInAddress(<Address>{danger.said}</Address>);
    case 'will-fail':
      return danger.reason === null ? say.willFail : say.willFailBecause(<Text>{danger.reason}</Text>);
  }
}
