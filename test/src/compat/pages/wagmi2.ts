import type * as three from '@wagmi/core';
import * as two from 'wagmi-core-2';
import { wagmiPage } from './wagmi.ts';

wagmiPage(two as unknown as typeof three);
