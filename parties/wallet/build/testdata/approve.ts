import { show } from './shared.ts';

show('approve');
