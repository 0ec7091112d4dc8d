import { interceptors as aheadOfHistory } from './shared/ahead-of-history';
import { interceptors as reservedSignals } from './shared/reserved-signals';
import { interceptors as starter } from './shared/starter';

/** The interceptors that the workflows need, also for whoever has them in a bundle of their own. */
export const interceptors = () => ({
  internals: [...aheadOfHistory().internals, ...reservedSignals().internals, ...starter().internals],
});
