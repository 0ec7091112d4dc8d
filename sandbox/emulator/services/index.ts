import type { CreateService } from '../service';
import { createSsoAdmin } from './sso-admin';
import { createSts } from './sts';

/** The services of the emulator. What no service knows is answered in the protocol of the first. */
export const SERVICES: readonly CreateService[] = [createSsoAdmin, createSts];
