import * as three from '@wagmi/core';
import { wagmiPage } from './wagmi.ts';

wagmiPage(three);
