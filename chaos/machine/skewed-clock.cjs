// Preloaded into a worker: its clock is off by CHAOS_CLOCK_MS.
const off = Number(process.env.CHAOS_CLOCK_MS ?? 0);
const RealDate = Date;
const now = () => RealDate.now() + off;
globalThis.Date = class extends RealDate {
  constructor(...parts) {
    if (parts.length === 0) super(now());
    else super(...parts);
  }
  static now() {
    return now();
  }
};
