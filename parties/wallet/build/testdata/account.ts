import './page.css';
import { watchRelease } from '../../src/worker/register.ts';
import { show } from './shared.ts';

show('account');
void import('./later.ts').then(({ later }) => show(later));
watchRelease(show);
